"""DATETIME, DATE, TIME, DURATION."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any

from tiercel_engine.expressions.texts import java_text
from tiercel_engine.inputs import java_time
from tiercel_engine.inputs.java_time import NotATime
from tiercel_engine.inputs.registry import Conversion, input_kind, parser_complaint
from tiercel_schemas.model.durations import format_duration, parse_duration
from tiercel_schemas.model.inputs import DateInput, DateTimeInput, DurationInput, InputType, TimeInput


def _parsed(parse: Callable[[str], Any], target: str, value: Any, conversion: Conversion) -> Any:
    text = _text(value)
    try:
        return parse(text)
    except NotATime as complaint:
        raise conversion.cannot(text, target, parser_complaint(str(complaint))) from complaint


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return java_text(value)


def _outside(parse: Callable[[str], Any], after: str | None, before: str | None, value: Any) -> Iterable[str]:
    for limit, word, beyond in ((after, "after", -1), (before, "before", 1)):
        if limit is None:
            continue
        try:
            bound = parse(limit)
        except NotATime:
            yield f"its limit `{limit}` can't be read"
            continue
        if (value < bound) if beyond < 0 else (value > bound):
            yield f"it must be {word} `{bound}`"


@input_kind(InputType.DATETIME)
class DateTime:
    """An instant, kept in UTC with six digits."""

    def convert(self, value: Any, conversion: Conversion) -> str:
        """The instant as text; refuses a date or a time without its zone."""
        return str(_parsed(java_time.parse_instant, "Instant", value, conversion).micros())

    def check(self, declared: DateTimeInput, value: str) -> Iterable[str]:
        """Both limits are included."""
        parse = java_time.parse_instant
        return _outside(parse, declared.after, declared.before, parse(value))


@input_kind(InputType.DATE)
class Date:
    """A date."""

    def convert(self, value: Any, conversion: Conversion) -> str:
        """The date as text."""
        return str(_parsed(java_time.parse_date, "LocalDate", value, conversion).isoformat())

    def check(self, declared: DateInput, value: str) -> Iterable[str]:
        """Both limits are included."""
        parse = java_time.parse_date
        return _outside(parse, declared.after, declared.before, parse(value))


@input_kind(InputType.TIME)
class Time:
    """A time of day, kept with its seconds."""

    def convert(self, value: Any, conversion: Conversion) -> str:
        """The time as text."""
        return str(_parsed(java_time.parse_time, "LocalTime", value, conversion).iso())

    def check(self, declared: TimeInput, value: str) -> Iterable[str]:
        """Both limits are included."""
        parse = java_time.parse_time
        return _outside(parse, declared.after, declared.before, parse(value))


@input_kind(InputType.DURATION)
class DurationKind:
    """A duration, kept in seconds."""

    def convert(self, value: Any, conversion: Conversion) -> float:
        """The length in seconds; a number is taken as such."""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
        text = _text(value)
        try:
            return parse_duration(text).total_seconds()
        except ValueError as error:
            complaint = parser_complaint("Text cannot be parsed to a Duration")
            raise conversion.cannot(text, "Duration", complaint) from error

    def check(self, declared: DurationInput, value: float) -> Iterable[str]:
        """Both limits are included."""
        for limit, word, sign in ((declared.min, "more", -1), (declared.max, "less", 1)):
            if limit is None:
                continue
            try:
                bound = parse_duration(limit)
            except ValueError:
                yield f"its limit `{limit}` can't be read"
                continue
            if (value - bound.total_seconds()) * sign > 0:
                yield f"It must be {word} than `{format_duration(bound)}`"
