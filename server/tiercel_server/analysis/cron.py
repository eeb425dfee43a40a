"""What is wrong with a cron expression. The engine decides whether something is; here it is put in plain words."""

from __future__ import annotations

import re
from dataclasses import dataclass

NICKNAMES = frozenset({"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"})
_LONGEST = 200
_MONTH_NAMES = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAY_NAMES = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], 1
    )
}
_DAYS = {name: number for number, name in enumerate(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"])}
_NUMBER = re.compile(r"[0-9]{1,9}")
_LAST = re.compile(r"L(-[0-9]{1,2})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    first: int
    last: int


_SECONDS = _Field("seconds", 0, 59)
_FIELDS = (
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12),
    _Field("day of week", 0, 7),
)


def cron_fault(text: str, *, with_seconds: bool = False) -> str | None:
    """What is wrong with a cron expression, in words; None where the engine takes it."""
    # Most flows have no schedule.
    from tiercel_engine.triggers.cron import CronError, parse_cron

    try:
        parse_cron(text, with_seconds=with_seconds)
    except CronError as error:
        return _plain_fault(text, with_seconds=with_seconds) or str(error)
    return None


def _plain_fault(text: str, *, with_seconds: bool) -> str | None:
    """The same in plainer words than the engine's, which are Kestra's; None where it takes those to say it."""
    if not text.strip():
        return "it is empty"
    if len(text) > _LONGEST:
        return "it is too long"
    parts = text.split()
    if len(parts) == 1 and parts[0].startswith("@"):
        if parts[0] in NICKNAMES:
            return None
        return f"there is no `{parts[0]}`; there are {', '.join(sorted(NICKNAMES))}"
    fields = (_SECONDS, *_FIELDS) if with_seconds else _FIELDS
    if len(parts) != len(fields):
        return _wrong_number(len(parts), with_seconds=with_seconds)
    for field, part in zip(fields, parts, strict=True):
        for item in part.split(","):
            if fault := _item_fault(item.upper(), field):
                return f"{field.name}: {fault}"
    return None


def _wrong_number(count: int, *, with_seconds: bool) -> str:
    if with_seconds:
        return f"it has {count} fields; with seconds there are 6: second minute hour day month weekday"
    hint = " (six need `withSeconds: true`)" if count == len(_FIELDS) + 1 else ""
    return f"it has {count} fields; there are 5: minute hour day month weekday{hint}"


def _item_fault(item: str, field: _Field) -> str | None:
    if field.name == "day of month" and _LAST.fullmatch(item):
        return None
    base, slash, step = item.partition("/")
    if slash:
        if not _NUMBER.fullmatch(step):
            return f"`{step}` is no step"
        if not max(field.first, 1) <= int(step) <= field.last:
            return f"a step of {step} is not between {max(field.first, 1)} and {field.last}"
    if base == "*":
        return None
    if not base:
        return "a value is missing"
    start, dash, end = base.partition("-")
    numbers = []
    for text in (start, end) if dash else (start,):
        number = _value(text, field)
        if number is None:
            return f"`{text or base}` is no value"
        if not field.first <= number <= field.last:
            return f"{text} is not between {field.first} and {field.last}"
        numbers.append(number)
    if len(numbers) > 1 and numbers[0] > numbers[1]:
        return f"the range `{base}` runs backwards"
    return None


def _value(text: str, field: _Field) -> int | None:
    if _NUMBER.fullmatch(text):
        return int(text)
    if field.name == "month":
        return _MONTHS.get(text)
    return _DAYS.get(text) if field.name == "day of week" else None
