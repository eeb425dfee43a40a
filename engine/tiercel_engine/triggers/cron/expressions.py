"""What may stand in one field: anything, a value, the last day, a range, steps, a list of these.

`text()` writes an expression as Kestra repeats it in its complaints. A range keeps words that Kestra reads as marks
(`L`, `W`) as they are, so that the check can refuse them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Anything:
    """`*`: every value of the field."""

    def text(self) -> str:
        """As Kestra writes it."""
        return "*"


@dataclass(frozen=True, slots=True)
class One:
    """A single value."""

    number: int

    def text(self) -> str:
        """As Kestra writes it."""
        return str(self.number)


@dataclass(frozen=True, slots=True)
class Marked:
    """A value with a mark that no field takes, `1W` or `LW`: read, and refused by the check."""

    mark: str
    number: int | None = None

    def text(self) -> str:
        """As Kestra writes it."""
        return self.mark if self.number is None else f"{self.number}{self.mark}"


@dataclass(frozen=True, slots=True)
class Last:
    """`L`: the last day of the month, or so many days before it. A number before the `L` changes nothing."""

    days_before: int | None = None
    number: int | None = None

    def text(self) -> str:
        """As Kestra writes it."""
        if self.number is not None:
            return f"{self.number}L"
        return "L" if self.days_before is None else f"L-{self.days_before}"


@dataclass(frozen=True, slots=True)
class Span:
    """A range with both ends included."""

    first: int | str
    last: int | str

    def text(self) -> str:
        """As Kestra writes it."""
        return f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class Steps:
    """Every so many values, of the whole field, of a range, or from a value on."""

    within: Anything | One | Span
    period: int

    def text(self) -> str:
        """As Kestra writes it."""
        within = self.within.text()
        return within if within == "*" and self.period == 1 else f"{within}/{self.period}"


@dataclass(frozen=True, slots=True)
class Several:
    """A list of expressions."""

    parts: tuple[FieldExpression, ...]

    def text(self) -> str:
        """As Kestra writes it."""
        return ",".join(part.text() for part in self.parts)


FieldExpression: TypeAlias = Anything | One | Marked | Last | Span | Steps | Several
