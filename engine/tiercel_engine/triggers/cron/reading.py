"""From the text of one field to its expression, with Kestra's complaints about what can't be read."""

from __future__ import annotations

import re

from tiercel_engine.triggers.cron.errors import CronError
from tiercel_engine.triggers.cron.expressions import (
    Anything,
    FieldExpression,
    Last,
    Marked,
    One,
    Several,
    Span,
    Steps,
)
from tiercel_engine.triggers.cron.fields import WEEKDAY, Field

_INTEGER = re.compile(r"[+-]?[0-9]+")
_LARGEST = 2**31 - 1
_VALUE_THEN_L = re.compile(r"[0-9]L")
_VALUE_THEN_W = re.compile(r"[0-9]W")
_SIGNS = re.compile(r"[#?/*0-9]")
_SEPARATORS = re.compile(r"[\s,-]+")
_MARKS = frozenset({"LW", "L", "W", "HASH", "QUESTION_MARK", "NONE"})


def read_field(text: str, field: Field) -> FieldExpression:
    """The expression that `text`, in capitals, stands for; raises `CronError`. Limits are not looked at yet."""
    if field is WEEKDAY and text.endswith("L") and text[:-1] in field.words:
        text = f"{field.words[text[:-1]]}L"
    return _read(text, field)


def invalid_chars(text: str, field: Field) -> str:
    """What is left of `text` without the signs, digits, names and marks that the field knows."""
    rest = _SIGNS.sub("", text)
    words = [*field.words, *(["L"] if field.takes_last else [])]
    if words:
        rest = re.sub(rf"\b(?:{'|'.join(words)})\b", "", rest)
    return _SEPARATORS.sub("", rest)


def split_as_java(text: str, sign: str) -> list[str]:
    """The texts between the signs; empty ones at the end are dropped, others stay."""
    parts = text.split(sign)
    while parts and not parts[-1]:
        parts.pop()
    return parts


def _read(text: str, field: Field) -> FieldExpression:
    if not any(sign in text for sign in "/-,"):
        return _single(text, field)
    parts = split_as_java(text, ",")
    if len(parts) > 1:
        return Several(tuple(_read(part, field) for part in parts))
    ends = split_as_java(text, "-")
    if "-" in text and len(ends) != 2:
        raise CronError(f"Missing values for range: {text}")
    if len(ends) == 1:
        return _steps(text, field)
    if ends[0] == "L":
        return Last(days_before=_value(ends[1], field))
    return _range(ends[0], ends[1], field)


def _single(text: str, field: Field) -> FieldExpression:
    if text == "*":
        return Anything()
    if "?" in text or "#" in text:
        raise CronError(f"Invalid expression: {text}")
    if "LW" in text:
        if rest := text.replace("LW", ""):
            raise CronError(f"Expected: LW, found: {rest}")
        return Marked("LW")
    if text == "L" or _VALUE_THEN_L.search(text):
        rest = text.replace("L", "")
        return Last(number=_value(rest, field) if rest else None)
    if _VALUE_THEN_W.search(text):
        return Marked("W", _value(text.replace("W", ""), field))
    return One(_value(text, field))


def _range(first: str, last: str, field: Field) -> Span | Steps:
    if not first:
        raise CronError(
            f"Invalid expression! Expression: {first}-{last} does not describe a range. "
            "Negative numbers are not allowed."
        )
    if "/" not in last:
        return Span(_end(first, field), _end(last, field))
    pieces = split_as_java(last, "/")
    within = Span(_end(first, field), _end(pieces[0] if pieces else "", field))
    if len(pieces) < 2:
        raise CronError(f"Missing steps for expression: {first}-{last}")
    return Steps(within, _value(pieces[1], field))


def _steps(text: str, field: Field) -> Anything | Steps:
    pieces = split_as_java(text, "/")
    if len(pieces) == 1:
        raise CronError(f"Missing steps for expression: {text}")
    if len(pieces) != 2:
        raise CronError(f"Invalid expression: {text}")
    start, period = pieces
    if text == "*/1":
        return Anything()
    within = Anything() if start in {"*", ""} else One(_value(start, field))
    number = _integer(period)
    if number is None:
        raise CronError(f'For input string: "{period}"')
    return Steps(within, number)


def _end(text: str, field: Field) -> int | str:
    """An end of a range: a number, by its name too, or a mark for the check to judge."""
    return text if text in _MARKS else _number(text, field)


def _value(text: str, field: Field) -> int:
    return field.canonical(_number(text, field))


def _number(text: str, field: Field) -> int:
    if (known := field.words.get(text)) is not None:
        return known
    if (number := _integer(text)) is None:
        raise CronError(f"Invalid chars in expression! Expression: {text} Invalid chars: {invalid_chars(text, field)}")
    return number


def _integer(text: str) -> int | None:
    if _INTEGER.fullmatch(text) is None or len(text) > 100:
        return None
    number = int(text)
    return number if -_LARGEST - 1 <= number <= _LARGEST else None
