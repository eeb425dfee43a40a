"""The conditions on dates of 1.3: each a type, all have to hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time
from typing import Any

from tiercel_engine.core.truth import is_true
from tiercel_engine.triggers.flow.conditions.registry import kind_of

Render = Callable[[str], str]
"""The text of a template that may name `trigger.date`; raises `RenderError`."""
_PREFIX = "io.kestra.plugin.core.condition."
_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_PLACES = {"FIRST": 0, "SECOND": 1, "THIRD": 2, "FOURTH": 3}


def all_hold(conditions: Iterable[Any], render: Render) -> bool:
    """Whether all hold for the date; an unknown kind never does. Raises `RenderError` and `ValueError`."""
    return all(_holds(each, render) for each in conditions)


def _holds(written: Any, render: Render) -> bool:
    if not isinstance(written, Mapping):
        return False
    name = kind_of(written).removeprefix(_PREFIX)
    found = _KINDS.get(name)
    return found is not None and found(written, render)


def _date(written: Mapping[str, Any], render: Render) -> datetime:
    return datetime.fromisoformat(render(str(written.get("date") or "{{ trigger.date }}")))


def _text(written: Mapping[str, Any], name: str, render: Render) -> str | None:
    value = written.get(name)
    return render(str(value)) if value is not None else None


def _not(written: Mapping[str, Any], render: Render) -> bool:
    return not any(_holds(each, render) for each in written.get("conditions") or ())


def _or(written: Mapping[str, Any], render: Render) -> bool:
    return any(_holds(each, render) for each in written.get("conditions") or ())


def _expression(written: Mapping[str, Any], render: Render) -> bool:
    return is_true(render(str(written.get("expression") or "")))


def _weekend(written: Mapping[str, Any], render: Render) -> bool:
    return _date(written, render).weekday() >= 5


def _day_week(written: Mapping[str, Any], render: Render) -> bool:
    return _DAYS[_date(written, render).weekday()] == str(_text(written, "dayOfWeek", render)).upper()


def _day_week_in_month(written: Mapping[str, Any], render: Render) -> bool:
    date, place = _date(written, render), str(_text(written, "dayInMonth", render)).upper()
    if _DAYS[date.weekday()] != str(_text(written, "dayOfWeek", render)).upper():
        return False
    if place == "LAST":
        following = date.day + 7
        return following > _length_of_month(date)
    return (date.day - 1) // 7 == _PLACES.get(place, -1)


def _length_of_month(date: datetime) -> int:
    from calendar import monthrange

    return monthrange(date.year, date.month)[1]


def _date_between(written: Mapping[str, Any], render: Render) -> bool:
    date = _date(written, render)
    after, before = _text(written, "after", render), _text(written, "before", render)
    return (after is None or date > _moment(after, date)) and (before is None or date < _moment(before, date))


def _moment(text: str, like: datetime) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=like.tzinfo)


def _time_between(written: Mapping[str, Any], render: Render) -> bool:
    clock = _date(written, render).timetz()
    after, before = _text(written, "after", render), _text(written, "before", render)
    return (after is None or _after(clock, after)) and (before is None or _before(clock, before))


def _after(clock: time, text: str) -> bool:
    limit = time.fromisoformat(text)
    return clock.replace(tzinfo=None) > limit.replace(tzinfo=None)


def _before(clock: time, text: str) -> bool:
    limit = time.fromisoformat(text)
    return clock.replace(tzinfo=None) < limit.replace(tzinfo=None)


def _public_holiday(written: Mapping[str, Any], render: Render) -> bool:
    day = _date(written, render).date().isoformat()
    country = str(_text(written, "country", render) or "")
    part = _text(written, "subDivision", render)
    arguments = f"'{day}', '{country}'" + (f", '{part}'" if part else "")
    return render("{{ isPublicHoliday(" + arguments + ") }}") == "true"


_KINDS: Mapping[str, Callable[[Mapping[str, Any], Render], bool]] = {
    "Not": _not,
    "Or": _or,
    "Expression": _expression,
    "Variable": _expression,
    "Weekend": _weekend,
    "DayWeek": _day_week,
    "DayWeekInMonth": _day_week_in_month,
    "DateTimeBetween": _date_between,
    "DateBetween": _date_between,
    "TimeBetween": _time_between,
    "PublicHoliday": _public_holiday,
}
