"""Which secrets a flow reads, as far as its text tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.expressions import parse_template
from tiercel_schemas.model import Flow

_DEEPEST = 100


@dataclass(frozen=True, slots=True)
class Need:
    """A secret that an expression reads: `name` in capitals, None where it is known at run time only."""

    namespace: str
    name: str | None
    flow: str
    place: str
    """The task, trigger, input or part of the flow."""
    written: str
    """The name as the expression has it."""


def needs_of(flow: Flow) -> Iterator[Need]:
    """Every call of `secret()` in a flow's texts, in their order."""
    flow_name = f"{flow.namespace}.{flow.id}"
    for place, text in _texts(flow.source, "", 0):
        if "secret" not in text or "{" not in text:
            continue
        for call in _calls(parse_template(text, flow.version).parts):
            key = _argument(call, "key", 0)
            namespace = _argument(call, "namespace", 1)
            if key is None:
                continue
            literal = isinstance(key, n.StringLiteral) and (namespace is None or isinstance(namespace, n.StringLiteral))
            written = key.value if isinstance(key, n.StringLiteral) else text[key.span.start : key.span.end]
            home = namespace.value if isinstance(namespace, n.StringLiteral) else flow.namespace
            yield Need(home, written.upper() if literal else None, flow_name, place or "flow", written)


def _texts(value: Any, place: str, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif depth > _DEEPEST:
        return
    elif isinstance(value, Mapping):
        own = value.get("id")
        place = own if isinstance(own, str) and depth else place
        for key, inner in value.items():
            yield from _texts(inner, place if place or depth else str(key), depth + 1)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner, place, depth + 1)


def _calls(node: Any) -> Iterator[n.Call]:
    if isinstance(node, tuple):
        for inner in node:
            yield from _calls(inner)
        return
    if not is_dataclass(node) or isinstance(node, (n.Text, n.Raw, n.Comment)):
        return
    if isinstance(node, n.Call) and node.name == "secret":
        yield node
    for each in fields(node):
        inner = getattr(node, each.name)
        if isinstance(inner, tuple) or is_dataclass(inner):
            yield from _calls(inner)


def _argument(call: n.Call, name: str, position: int) -> n.Expression | None:
    named = next((each.value for each in call.arguments if each.name == name), None)
    if named is not None:
        return named
    unnamed = [each.value for each in call.arguments if each.name is None]
    return unnamed[position] if len(unnamed) > position else None
