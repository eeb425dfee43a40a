"""Arguments of a call and the parameters that they are for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.expressions import signatures

if TYPE_CHECKING:
    from tiercel_schemas.expressions import Signature
    from tiercel_schemas.versions import KestraVersion

# These know that they have no parameters; the other units without any take whatever they are given.
_WITHOUT_ARGUMENTS = frozenset({"errorLogs", "fetchContext", "printContext", "randomPort", "flatten"})


@dataclass(frozen=True, slots=True)
class Bound:
    """Arguments by parameter name; `rest` is the parameter that takes all others, with them."""

    named: tuple[tuple[str, n.Expression], ...]
    rest: tuple[str, tuple[n.Expression, ...]] | None = None


def signature_of(node: n.Call | n.Filter | n.Test, version: KestraVersion) -> Signature | None:
    """The signature that a version has for what is called, None when it knows none."""
    known = signatures(version)
    match node:
        case n.Call():
            return known.functions.get(node.name)
        case n.Filter():
            return known.filters.get(node.name)
        case n.Test():
            return known.tests.get(node.name)


def bind(node: n.Call | n.Filter, signature: Signature) -> Bound | str:
    """The arguments by parameter, or Kestra's message when they don't fit."""
    names = [parameter.name for parameter in signature.parameters if not parameter.variadic]
    rest = next((parameter.name for parameter in signature.parameters if parameter.variadic), None)
    if not signature.parameters and node.name not in _WITHOUT_ARGUMENTS:
        return Bound(())
    named: dict[str, n.Expression] = {}
    others: list[n.Expression] = []
    for index, argument in enumerate(node.arguments):
        if argument.name is None:
            if index < len(names):
                named[names[index]] = argument.value
            elif rest is not None:
                others.append(argument.value)
            else:
                return (
                    f"The argument at position {index + 1} is not allowed. Only {len(names)} argument(s) are allowed."
                )
        elif argument.name in names:
            named[argument.name] = argument.value
        elif rest is None:
            return f"The following named argument does not exist: {argument.name}"
    return Bound(tuple(named.items()), None if rest is None else (rest, tuple(others)))
