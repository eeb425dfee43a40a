"""Moments written by patterns, named formats and styles."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tiercel_engine.expressions.java.date_patterns import (
    NAMED_PATTERNS,
    STYLES,
    Item,
    PatternField,
    Section,
    pattern_items,
)
from tiercel_engine.expressions.java.locale_names import LocaleNames, Width, locale_names
from tiercel_engine.expressions.java.zones import offset_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tiercel_engine.expressions.java.moments import Moment

_PATTERNS = {**NAMED_PATTERNS, "iso_date": "yyyy-MM-ddXXXXX", "iso_ordinal_date": "yyyy-DDDXXXXX"}
_WIDTHS: dict[int, Width] = {4: "wide", 5: "narrow"}


def format_moment(moment: Moment, format_name: str, locale: str | None) -> str:
    """The text of a moment by a named format, a style or a pattern of DateTimeFormatter."""
    named = _NAMED.get(format_name)
    if named is not None:
        return named(moment)
    names = locale_names(locale)
    if format_name in STYLES:
        return _printed(pattern_items(names.date_time_pattern(format_name)), moment, names)
    return _printed(pattern_items(_PATTERNS.get(format_name, format_name)), moment, names)


def _printed(items: Iterable[Item], moment: Moment, names: LocaleNames) -> str:
    parts: list[str] = []
    for item in items:
        if isinstance(item, str):
            parts.append(item)
        elif isinstance(item, Section):
            parts.append(_printed(item.items, moment, names))
        else:
            text = _FIELDS[item.letter](item, moment, names)
            parts.append(text.rjust(item.width))
    return "".join(parts)


def _value(number: int, count: int) -> str:
    return str(number).rjust(count, "0")


def _year(number: int, count: int) -> str:
    return f"{number % 100:02d}" if count == 2 else _value(number, count)


def _width(count: int) -> Width:
    return _WIDTHS.get(count, "abbreviated")


def week_of(date: dt.date, names: LocaleNames) -> tuple[int, int, int]:
    """The week-based year, the week of it and the day of the week (from 1) by a locale's rules."""
    first, minimal = names.first_weekday, names.minimal_days
    day = (date.weekday() - first) % 7 + 1
    year = date.year
    week = _week(date.timetuple().tm_yday, day, minimal)
    if week == 0:
        year -= 1
        last = dt.date(year, 12, 31)
        week = _week(last.timetuple().tm_yday, (last.weekday() - first) % 7 + 1, minimal)
    elif week >= 52:
        following = dt.date(year + 1, 1, 1)
        if _week(1, (following.weekday() - first) % 7 + 1, minimal) == 1:
            start = following - dt.timedelta(days=(following.weekday() - first) % 7)
            if date >= start:
                year, week = year + 1, 1
    return year, week, day


def _week(day_of_period: int, day_of_week: int, minimal: int) -> int:
    """The number of the week that a day of a month or year lies in; 0 before the first full enough one."""
    offset = (day_of_period - day_of_week) % 7  # days of the period before its first whole week
    start = 7 - offset if offset + 1 > minimal else -offset
    return (7 + start + day_of_period - 1) // 7


def _month(field: PatternField, moment: Moment, names: LocaleNames) -> str:
    number = moment.local.month
    if field.count < 3:
        return _value(number, field.count)
    return names.month(number, _width(field.count), "format" if field.letter == "M" else "stand-alone")


def _quarter(field: PatternField, moment: Moment, names: LocaleNames) -> str:
    number = (moment.local.month + 2) // 3
    if field.count < 3:
        return _value(number, field.count)
    if names.data is None and field.count == 3:
        return f"Q{number}"
    return names.quarter(number, _width(field.count), "format" if field.letter == "Q" else "stand-alone")


def _day_name(field: PatternField, moment: Moment, names: LocaleNames) -> str:
    if field.letter in "ec" and field.count < 3:
        return _value(week_of(moment.local.date(), names)[2], field.count)
    return names.day(moment.local.weekday(), _width(field.count), "stand-alone" if field.letter == "c" else "format")


def _fraction(field: PatternField, moment: Moment, _names: LocaleNames) -> str:
    return f"{moment.nanos:09d}"[: field.count]


def _week_of_month(moment: Moment, names: LocaleNames) -> int:
    day = (moment.local.weekday() - names.first_weekday) % 7 + 1
    return _week(moment.local.day, day, names.minimal_days)


def _localized_offset(offset: dt.timedelta, *, long: bool) -> str:
    minutes = int(offset.total_seconds()) // 60
    if minutes == 0:
        return "GMT"
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    if long:
        return f"GMT{sign}{hours:02d}:{rest:02d}"
    return f"GMT{sign}{hours}:{rest:02d}" if rest else f"GMT{sign}{hours}"


_OFFSETS = {1: "+HHmm", 2: "+HHMM", 3: "+HH:MM", 4: "+HHMMss", 5: "+HH:MM:ss"}
_OFFSET_ZEROS = {1: "+00", 2: "+0000", 3: "+00:00", 4: "+0000", 5: "+00:00"}


def _offset(field: PatternField, moment: Moment, _names: LocaleNames) -> str:
    if field.letter == "Z":
        if field.count == 4:
            return _localized_offset(moment.offset, long=True)
        if field.count == 5:
            return offset_text(moment.offset, "+HH:MM:ss", "Z")
        return offset_text(moment.offset, "+HHMM", "+0000")
    zero = "Z" if field.letter == "X" else _OFFSET_ZEROS[field.count]
    return offset_text(moment.offset, _OFFSETS[field.count], zero)


def _of_day(moment: Moment) -> int:
    local = moment.local
    return local.hour * 3600 + local.minute * 60 + local.second


_FIELDS: dict[str, Callable[[PatternField, Moment, LocaleNames], str]] = {
    "G": lambda field, _, names: names.era(_width(field.count)),
    "u": lambda field, moment, _: _year(moment.local.year, field.count),
    "y": lambda field, moment, _: _year(moment.local.year, field.count),
    "Y": lambda field, moment, names: _year(week_of(moment.local.date(), names)[0], field.count),
    "M": _month,
    "L": _month,
    "Q": _quarter,
    "q": _quarter,
    "w": lambda field, moment, names: _value(week_of(moment.local.date(), names)[1], field.count),
    "W": lambda _, moment, names: str(_week_of_month(moment, names)),
    "D": lambda field, moment, _: _value(moment.local.timetuple().tm_yday, field.count),
    "d": lambda field, moment, _: _value(moment.local.day, field.count),
    "F": lambda _, moment, __: str((moment.local.day - 1) // 7 + 1),
    "E": _day_name,
    "e": _day_name,
    "c": _day_name,
    "a": lambda _, moment, names: names.half_day(afternoon=moment.local.hour >= 12),
    "B": lambda _, moment, names: names.period(moment.local.time()),
    "H": lambda field, moment, _: _value(moment.local.hour, field.count),
    "k": lambda field, moment, _: _value(moment.local.hour or 24, field.count),
    "h": lambda field, moment, _: _value(moment.local.hour % 12 or 12, field.count),
    "K": lambda field, moment, _: _value(moment.local.hour % 12, field.count),
    "m": lambda field, moment, _: _value(moment.local.minute, field.count),
    "s": lambda field, moment, _: _value(moment.local.second, field.count),
    "S": _fraction,
    "A": lambda field, moment, _: _value(_of_day(moment) * 1000 + moment.nanos // 1_000_000, field.count),
    "n": lambda field, moment, _: _value(moment.nanos, field.count),
    "N": lambda field, moment, _: _value(_of_day(moment) * 1_000_000_000 + moment.nanos, field.count),
    "g": lambda field, moment, _: _value(moment.local.toordinal() - 678_576, field.count),
    "V": lambda _, moment, __: moment.zone.name,
    "v": lambda field, moment, names: names.zone_name(moment, long=field.count == 4),
    "z": lambda field, moment, names: names.zone_name(moment, long=field.count == 4),
    "O": lambda field, moment, _: _localized_offset(moment.offset, long=field.count == 4),
    "X": _offset,
    "x": _offset,
    "Z": _offset,
}


# The named formats whose digits depend on the moment


def _iso_offset(moment: Moment) -> str:
    return offset_text(moment.offset)


def _iso_local_time(moment: Moment) -> str:
    text = moment.local.strftime("%H:%M:%S")
    return f"{text}.{f'{moment.nanos:09d}'.rstrip('0')}" if moment.nanos else text


def _iso_local_date_time(moment: Moment) -> str:
    return f"{moment.local.date().isoformat()}T{_iso_local_time(moment)}"


def _iso_date_time(moment: Moment) -> str:
    region = "" if moment.zone.is_offset else f"[{moment.zone.name}]"
    return f"{_iso_local_date_time(moment)}{_iso_offset(moment)}{region}"


def _iso_instant(moment: Moment) -> str:
    text = f"{moment.utc.isoformat()}"
    if moment.nanos:
        digits = f"{moment.nanos:09d}"
        while digits.endswith("000"):
            digits = digits[:-3]
        text += f".{digits}"
    return f"{text}Z"


def _iso_week_date(moment: Moment) -> str:
    year, week, day = moment.local.isocalendar()
    return f"{year:04d}-W{week:02d}-{day}{_iso_offset(moment)}"


def _rfc_1123(moment: Moment) -> str:
    names = locale_names(None)
    local = moment.local
    day, month = names.day(local.weekday(), "abbreviated"), names.month(local.month, "abbreviated")
    zone = offset_text(moment.offset, "+HHMM", "GMT")
    return f"{day}, {local.day} {month} {local.year:04d} {local:%H:%M:%S} {zone}"


_NAMED: dict[str, Callable[[Moment], str]] = {
    "iso_date_time": _iso_date_time,
    "iso_zoned_date_time": _iso_date_time,
    "iso_local_date_time": _iso_local_date_time,
    "iso_local_time": _iso_local_time,
    "iso_time": lambda moment: f"{_iso_local_time(moment)}{_iso_offset(moment)}",
    "iso_offset_time": lambda moment: f"{_iso_local_time(moment)}{_iso_offset(moment)}",
    "iso_instant": _iso_instant,
    "iso_week_date": _iso_week_date,
    "rfc_1123_date_time": _rfc_1123,
}
