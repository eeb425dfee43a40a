"""Text read by a DateTimeFormatter pattern."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from tiercel_engine.expressions.errors import JavaError
from tiercel_engine.expressions.java.date_patterns import (
    NAMED_PATTERNS,
    STYLES,
    Item,
    PatternField,
    Section,
    pattern_items,
)
from tiercel_engine.expressions.java.locale_names import LocaleNames, locale_names
from tiercel_engine.expressions.java.moments import Moment, parse_moment
from tiercel_engine.expressions.java.zones import zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tiercel_engine.expressions.java.zones import Zone

_NUMBERS = {"d": "day", "H": "hour", "m": "minute", "s": "second", "D": "day_of_year", "k": "clock24"}
_NUMBERS |= {"h": "clock12", "K": "hour12", "A": "milli_of_day", "n": "nano", "N": "nano_of_day"}
_NAMES = {"M": "month", "L": "month", "E": "weekday", "e": "weekday", "c": "weekday"}
_OFFSET = re.compile(r"Z|[+-]\d{2}(?::?\d{2}(?::?\d{2})?)?")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9/_+-]*(?::\d{2})?|[+-]\d{2}:?\d{2}")
_PATTERNS = {
    **NAMED_PATTERNS,
    "iso_date": "yyyy-MM-dd[XXX]",
    "iso_ordinal_date": "yyyy-DDD[XXX]",
    "rfc_1123_date_time": "[EEE, ]d MMM yyyy HH:mm[:ss] z",
}
# What each of the formats of dates with times has behind the time: nothing, an offset or either.
_DATE_TIMES = {"iso_date_time": (False, True), "iso_local_date_time": (False,), "iso_zoned_date_time": (True,)}
_WEEK_DATE = re.compile(r"(\d{4})-W(\d\d)-(\d)(?:Z|[+-]\d\d:\d\d)?")


class _Stop(Exception):  # noqa: N818 - carries an index out of the reading
    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


def parse_by_pattern(text: str, pattern: str, default: Zone, locale: str | None) -> Moment:
    """The moment that a text tells by a pattern; a date alone begins at midnight of `default`.

    Raises JavaError DateTimeParseException.
    """
    if pattern in _DATE_TIMES:
        return _date_time(text, _DATE_TIMES[pattern], default)
    if pattern == "iso_week_date":
        return _week_date(text, default)
    if pattern in STYLES:
        pattern = locale_names(locale).date_time_pattern(pattern)
    items = pattern_items(_PATTERNS.get(pattern, pattern))
    fields: dict[str, Any] = {}
    try:
        end = _read(text, 0, items, fields, locale_names(locale))
    except _Stop as stop:
        raise _failure(text, f"could not be parsed at index {stop.index}") from None
    if end < len(text):
        raise _failure(text, f"could not be parsed, unparsed text found at index {end}")
    return _resolved(text, fields, default)


def _date_time(text: str, offsets: Sequence[bool], default: Zone) -> Moment:
    if len(text) <= 10 or text[10] not in "tT":
        parse_moment(text[:10], default)
        raise _failure(text, f"could not be parsed at index {min(len(text), 10)}")
    moment = parse_moment(text, default)
    end = len(re.split(r"(?<=\d)(?:[zZ]|[+-]\d\d:)", text[11:])[0]) + 11
    if (end < len(text)) not in offsets:
        what = (
            "could not be parsed at index" if end == len(text) else "could not be parsed, unparsed text found at index"
        )
        raise _failure(text, f"{what} {end}")
    return moment


def _week_date(text: str, default: Zone) -> Moment:
    match = _WEEK_DATE.fullmatch(text)
    try:
        if match:
            date = dt.date.fromisocalendar(int(match[1]), int(match[2]), int(match[3]))
            return Moment(default.to_utc(dt.datetime.combine(date, dt.time())), 0, default)
    except ValueError as error:
        raise _refused(text, str(error)) from None
    known = re.match(r"(?:\d{4}(?:-(?:W(?:\d\d(?:-\d?)?)?)?)?)?", text)
    raise _failure(text, f"could not be parsed at index {known.end() if known else 0}")


def _failure(text: str, what: str, cause: JavaError | None = None) -> JavaError:
    shown = text if len(text) <= 64 else f"{text[:64]}..."
    return JavaError("DateTimeParseException", f"Text '{shown}' {what}", cause)


def _read(text: str, index: int, items: Sequence[Item], fields: dict[str, Any], names: LocaleNames) -> int:
    for place, item in enumerate(items):
        if isinstance(item, str):
            if not text.startswith(item, index):
                raise _Stop(index)
            index += len(item)
        elif isinstance(item, Section):
            attempt = dict(fields)
            try:
                index = _read(text, index, item.items, attempt, names)
            except _Stop:
                continue
            fields.update(attempt)
        else:
            index = _field(text, index, item, fields, names, adjacent=_adjacent(items[place + 1 :]))
    return index


def _adjacent(following: Sequence[Item]) -> int:
    """How many digits the fields right behind take for themselves."""
    total = 0
    for item in following:
        if not isinstance(item, PatternField) or not _is_numeric(item):
            break
        total += item.count
    return total


def _is_numeric(field: PatternField) -> bool:
    return field.letter in "uyYdHhkKmsSDAnN" or (field.letter in "ML" and field.count < 3)


def _field(
    text: str, index: int, field: PatternField, fields: dict[str, Any], names: LocaleNames, *, adjacent: int
) -> int:
    letter, count = field.letter, field.count
    if letter == "S":
        digits = _digits(text, index, count, count)
        fields["nano"] = int(digits.ljust(9, "0"))
        return index + len(digits)
    if letter in "uyY":
        digits = _year_digits(text, index, count, adjacent)
        fields["year"] = int(digits) + (2000 if count == 2 else 0)
        return index + len(digits)
    if letter in _NUMBERS or (letter in "ML" and count < 3):
        digits = _digits(text, index, count, _widest(text, index, count, adjacent, 2 if letter != "D" else 3))
        fields["month" if letter in "ML" else _NUMBERS[letter]] = int(digits)
        return index + len(digits)
    if letter in _NAMES:
        return _name(text, index, field, fields, names)
    if letter == "a":
        for afternoon in (False, True):
            word = names.half_day(afternoon=afternoon)
            if text.startswith(word, index):
                fields["afternoon"] = afternoon
                return index + len(word)
        raise _Stop(index)
    if letter in "XxZ":
        match = _OFFSET.match(text, index)
        if match is None:
            raise _Stop(index)
        fields["zone"] = zone(match[0])
        return match.end()
    if letter in "VzvO":
        match = _ZONE.match(text, index)
        if match is None:
            raise _Stop(index)
        fields["zone"] = zone(match[0])
        return match.end()
    raise _Stop(index)


def _year_digits(text: str, index: int, count: int, adjacent: int) -> str:
    digits = _digits(text, index, 2 if count == 2 else min(count, 4), _widest(text, index, count, adjacent, 19))
    if count == 4 and len(digits) > 4:
        raise _Stop(index)  # a longer year needs a sign
    return digits


def _widest(text: str, index: int, count: int, adjacent: int, most: int) -> int:
    """How many digits a number may take: one letter reads as many as there are, less those of its neighbours."""
    if count > 1 and not (most == 19 and count != 2):
        return count
    if adjacent:
        run = re.match(r"\d*", text[index : index + 40])
        return max(count, min(most, (len(run[0]) if run else 0) - adjacent))
    return most


def _digits(text: str, index: int, least: int, most: int) -> str:
    end = index
    while end < len(text) and end - index < most and text[end].isascii() and text[end].isdigit():
        end += 1
    if end - index < least:
        raise _Stop(index)
    return text[index:end]


def _name(text: str, index: int, field: PatternField, fields: dict[str, Any], names: LocaleNames) -> int:
    kind = _NAMES[field.letter]
    width = {4: "wide", 5: "narrow"}.get(field.count, "abbreviated")
    context = "stand-alone" if field.letter in "Lc" else "format"
    numbers: Iterable[int] = range(1, 13) if kind == "month" else range(7)
    read = names.month if kind == "month" else names.day
    known = [(read(number, width, context), number) for number in numbers]  # type: ignore[arg-type]
    for word, number in sorted(known, key=lambda pair: -len(pair[0])):
        if text.startswith(word, index):
            fields[kind] = number
            return index + len(word)
    raise _Stop(index)


def _resolved(text: str, fields: dict[str, Any], default: Zone) -> Moment:
    time, nanos = _time(text, fields)
    if "year" not in fields or ("month" not in fields and "day_of_year" not in fields):
        known = f"{{Year={fields['year']}}}" if "year" in fields else "{}"
        shown = f"{known},ISO resolved to {_iso_time(time)}" if _has_time(fields) else f"{known},ISO"
        detail = f"Unable to obtain LocalDate from TemporalAccessor: {shown} of type java.time.format.Parsed"
        raise _refused(text, detail)
    date = _date(text, fields)
    if "weekday" in fields and date.weekday() != fields["weekday"]:
        name = calendar.day_name[fields["weekday"]].upper()
        actual = calendar.day_name[date.weekday()].upper()
        detail = f"Conflict found: Field DayOfWeek {actual} differs from DayOfWeek {name} derived from {date}"
        raise _refused(text, detail)
    # A zone without a time is not looked at.
    target: Zone = fields.get("zone", default) if _has_time(fields) else default
    local = dt.datetime.combine(date, time)
    return Moment(target.to_utc(local), nanos, target)


def _iso_time(time: dt.time) -> str:
    """As Java writes a time: seconds only when there are some."""
    return time.isoformat("seconds" if time.second else "minutes")


def _refused(text: str, detail: str) -> JavaError:
    return _failure(text, f"could not be parsed: {detail}", JavaError("DateTimeException", detail))


def _has_time(fields: dict[str, Any]) -> bool:
    return any(name in fields for name in ("hour", "clock12", "hour12", "clock24", "milli_of_day", "nano_of_day"))


def _time(text: str, fields: dict[str, Any]) -> tuple[dt.time, int]:
    nanos = fields.get("nano", 0)
    if "milli_of_day" in fields or "nano_of_day" in fields:
        total = fields.get("nano_of_day", fields.get("milli_of_day", 0) * 1_000_000)
        seconds, nanos = divmod(total, 1_000_000_000)
        return dt.time(seconds // 3600 % 24, seconds // 60 % 60, seconds % 60), nanos
    hour = fields.get("hour", fields.get("clock24", 0) % 24)
    if "clock12" in fields or "hour12" in fields:
        hour = fields.get("hour12", fields.get("clock12", 0) % 12) + (12 if fields.get("afternoon") else 0)
    minute, second = fields.get("minute", 0), fields.get("second", 0)
    limits = (
        ("HourOfDay", hour, 23),
        ("MinuteOfHour", minute, 59),
        ("SecondOfMinute", second, 59),
    )
    for name, value, most in limits:
        if value > most:
            raise _refused(text, f"Invalid value for {name} (valid values 0 - {most}): {value}")
    return dt.time(hour, minute, second), nanos


def _date(text: str, fields: dict[str, Any]) -> dt.date:
    year = fields["year"]
    if not 1 <= year <= 9999:
        raise _refused(text, f"Years outside of 1 to 9999 can't be used: {year}")
    if "month" not in fields:
        return dt.date(year, 1, 1) + dt.timedelta(days=fields["day_of_year"] - 1)
    month, day = fields["month"], fields.get("day")
    if not 1 <= month <= 12:
        raise _refused(text, f"Invalid value for MonthOfYear (valid values 1 - 12): {month}")
    if day is None:
        detail = (
            f"Unable to obtain LocalDate from TemporalAccessor: {{Year={year}, MonthOfYear={month}}},ISO"
            " of type java.time.format.Parsed"
        )
        raise _refused(text, detail)
    if not 1 <= day <= 31:
        raise _refused(text, f"Invalid value for DayOfMonth (valid values 1 - 28/31): {day}")
    # A day that the month hasn't becomes its last.
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))
