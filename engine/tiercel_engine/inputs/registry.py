"""How a raw value becomes the value of an input: one kind per type, found by its name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from tiercel_schemas.model.inputs import InputBase, InputType
from tiercel_schemas.versions import KestraVersion


class RefusedValue(Exception):  # noqa: N818
    """A value that can't be converted.

    `bare` is true where Kestra shows the cause alone, as parsers give it, and does not name the input.
    """

    def __init__(self, cause: str, *, bare: bool = False) -> None:
        super().__init__(cause)
        self.cause = cause
        self.bare = bare


def parser_complaint(text: str) -> RefusedValue:
    """A parser's own words, in the frame that Kestra puts around them."""
    return RefusedValue(f" errors:\n```\n{text}\n```", bare=True)


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a conversion depends on: the line of Kestra, the input's id and the type of its items."""

    version: KestraVersion
    input_id: str = ""
    item_type: InputType | None = None

    def cannot(self, value: object, target: str, cause_1_3: str | RefusedValue) -> RefusedValue:
        """The refusal in the words of the version: 2.0 names the Java class, 1.3 the parser's complaint."""
        if self.version is KestraVersion.V1_3:
            return cause_1_3 if isinstance(cause_1_3, RefusedValue) else RefusedValue(cause_1_3)
        return RefusedValue(f"Cannot convert value '{value}' to {target}")


class InputKind(Protocol):
    """Converts and checks the values of one type (or a tight family)."""

    def convert(self, value: Any, conversion: Conversion) -> Any:
        """The plain value (JSON types); raises `RefusedValue`."""

    def check(self, declared: Any, value: Any) -> Iterable[str]:
        """Causes that speak against a converted value; `declared` is the model of the kind's own type."""


class Unchecked:
    """A base for kinds without constraints."""

    def check(self, declared: InputBase, value: Any) -> Iterable[str]:  # noqa: ARG002
        """Nothing speaks against any value."""
        return ()


_Kind = TypeVar("_Kind", bound=type[InputKind])
_KINDS: dict[InputType, InputKind] = {}


def input_kind(*types: InputType) -> Any:
    """Register a kind under the types that it converts."""

    def register(cls: _Kind) -> _Kind:
        kind = cls()
        for name in types:
            if _KINDS.setdefault(name, kind) is not kind:
                raise ValueError(f"two kinds for input type {name}")
        return cls

    return register


def kind_of(name: InputType) -> InputKind:
    """The kind that converts a type; raises `RefusedValue` for a type that no local run knows."""
    from tiercel_engine.inputs import types  # noqa: F401  (its modules register the kinds)

    kind = _KINDS.get(name)
    if kind is None:
        raise RefusedValue(f"inputs of type {name} need the paid edition of Kestra")
    return kind
