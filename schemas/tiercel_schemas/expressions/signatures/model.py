"""What is known of a function, filter, test, tag or operator."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from tiercel_schemas.versions import KestraVersion

_PARAMETER = re.compile(r"(?P<name>\w+|\.\.\.\w+): (?P<type>[^=?]+?)(?P<optional>\?)?(?: = (?P<default>.*))?")


class SignatureKind(StrEnum):
    """What a signature describes."""

    FUNCTION = "function"
    FILTER = "filter"
    TEST = "test"
    TAG = "tag"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter; `default_text` is the default as an author would write it, None when there is none to write.

    `variadic` takes any number of positional arguments. `type` is one of string, integer, number, boolean, list,
    map, date, any, or several of them joined with ` | `.
    """

    name: str
    required: bool
    default_text: str | None
    type: str
    variadic: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """One unit of the language in the versions `since` … `until` (both included; None: no bound).

    `input` is the type that a filter or test stands behind. `example` is a short expression.
    """

    name: str
    kind: SignatureKind
    parameters: tuple[Parameter, ...]
    returns: str
    summary: str
    input: str = "any"
    since: KestraVersion | None = None
    until: KestraVersion | None = None
    deprecated: bool = False
    replacement: str | None = None
    example: str | None = None

    def known_in(self, version: KestraVersion) -> bool:
        """Whether `version` has it."""
        return (self.since is None or self.since <= version) and (self.until is None or version <= self.until)

    @property
    def label(self) -> str:
        """How it is written with its parameters: `date(format='iso', timeZone, existingFormat, locale)`."""
        if self.kind in (SignatureKind.TAG, SignatureKind.OPERATOR):
            return self.name
        if not self.parameters and self.kind is not SignatureKind.FUNCTION:
            return self.name
        return f"{self.name}({', '.join(map(_label, self.parameters))})"


def parameters(*texts: str) -> tuple[Parameter, ...]:
    """Parameters from `name: type`, `name: type?`, `name: type = default` or `...name: type`."""
    return tuple(_parameter(text) for text in texts)


def _parameter(text: str) -> Parameter:
    match = _PARAMETER.fullmatch(text)
    if match is None:
        msg = f"not a parameter: {text}"
        raise ValueError(msg)
    name, default = match["name"], match["default"]
    variadic = name.startswith("...")
    required = default is None and match["optional"] is None and not variadic
    return Parameter(name.removeprefix("..."), required, default, match["type"].strip(), variadic)


def _label(parameter: Parameter) -> str:
    if parameter.variadic:
        return f"{parameter.name}…"
    return parameter.name if parameter.default_text is None else f"{parameter.name}={parameter.default_text}"
