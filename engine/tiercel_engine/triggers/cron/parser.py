"""From the text of a `cron` property to what it means, with Kestra's complaints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tiercel_engine.triggers.cron.checking import check_dates, check_field
from tiercel_engine.triggers.cron.errors import CronError
from tiercel_engine.triggers.cron.expressions import FieldExpression
from tiercel_engine.triggers.cron.fields import FIELDS, FIELDS_WITH_SECONDS
from tiercel_engine.triggers.cron.line import CronLine
from tiercel_engine.triggers.cron.reading import read_field, split_as_java
from tiercel_engine.triggers.cron.schedule import Cron

NICKNAMES: Final = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
"""What each nickname stands for, in five fields."""

_LONGEST = 2_000
_BLANK = re.compile(r"[ \t\n\x0b\f\r]+")
_UNSUPPORTED_NICKNAME = "@reboot"


def parse_cron(text: str, *, with_seconds: bool) -> Cron:
    """Read five fields, or six, seconds first, or a nickname; `||` parts whole lines, `|` the values of one field.

    Raises `CronError` in Kestra's words; texts longer than any schedule needs are refused.
    """
    if len(text) > _LONGEST:
        raise CronError(f"Cron expression has {len(text)} characters, more than {_LONGEST}")
    lines = list(_lines(text, with_seconds=with_seconds))
    for line in lines:
        for expression in line:
            check_dates(expression)
    return Cron(text, tuple(map(CronLine.of, lines)))


def _lines(text: str, *, with_seconds: bool) -> Iterator[tuple[FieldExpression, ...]]:
    collapsed = _collapsed(text)
    if not collapsed:
        raise CronError("Empty expression!")
    if text == _UNSUPPORTED_NICKNAME:
        raise CronError(f"Nickname {text} not supported!")
    if text in NICKNAMES:
        seconds = "0 " if with_seconds else ""
        yield _line(seconds + NICKNAMES[text], with_seconds=with_seconds)
    elif "|" in text:
        for alternative in _alternatives(text):
            yield from _lines(alternative, with_seconds=with_seconds)
    else:
        yield _line(collapsed, with_seconds=with_seconds)


def _alternatives(text: str) -> list[str]:
    """The lines that `||` parts, or, where there is none, one for each place between the `|` of the fields."""
    if "||" in text:
        lines = split_as_java(text, "||")
    else:
        lines = _lines_by_place([(field, split_as_java(field, "|")) for field in _BLANK.split(text)])
    if not lines:
        raise CronError("List of Cron cannot be null or empty")
    return lines


def _lines_by_place(fields: list[tuple[str, list[str]]]) -> list[str]:
    places = max(len(values) for _, values in fields)
    if any("|" in field and len(values) != places for field, values in fields):
        raise CronError("Fields that part their values by | need as many values each")
    return [" ".join(values[place] if "|" in field else field for field, values in fields) for place in range(places)]


def _line(text: str, *, with_seconds: bool) -> tuple[FieldExpression, ...]:
    parts = text.upper().split(" ")
    for part in parts:
        if part.endswith(","):
            raise CronError(f"Invalid field value! Trailing commas not permitted! '{part}'")
    fields = FIELDS_WITH_SECONDS if with_seconds else FIELDS
    if len(parts) != len(fields):
        raise CronError(f"Cron expression contains {len(parts)} parts but we expect one of [{len(fields)}]")
    try:
        expressions = tuple(read_field(part, field) for part, field in zip(parts, fields, strict=True))
        for expression, field in zip(expressions, fields, strict=True):
            check_field(expression, field)
    except CronError as error:
        raise CronError(f"Failed to parse cron expression. {error}") from error
    return expressions


def _collapsed(text: str) -> str:
    """One blank for each run of them; at the ends none, nor any character before the blank, as in Java."""
    return _BLANK.sub(" ", text).strip("".join(map(chr, range(0x21))))
