"""Durations, cron expressions, and patterns and units of dates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tiercel_schemas.source.spans import Span
from tiercel_server.features.completion.items import CompletionItem, fits

_DURATIONS = {
    "PT10S": "10 seconds",
    "PT30S": "30 seconds",
    "PT1M": "1 minute",
    "PT5M": "5 minutes",
    "PT15M": "15 minutes",
    "PT30M": "30 minutes",
    "PT1H": "1 hour",
    "PT6H": "6 hours",
    "PT12H": "12 hours",
    "P1D": "1 day",
    "P7D": "7 days",
}
_CRONS = {
    "* * * * *": "every minute",
    "*/5 * * * *": "every 5 minutes",
    "*/15 * * * *": "every 15 minutes",
    "*/30 * * * *": "every 30 minutes",
    "0 * * * *": "every hour",
    "0 */6 * * *": "every 6 hours",
    "0 0 * * *": "every day at midnight",
    "0 9 * * *": "every day at 09:00",
    "0 9 * * 1-5": "Monday to Friday at 09:00",
    "0 0 * * 1": "every Monday at midnight",
    "0 0 1 * *": "on the first of every month",
    "0 0 1 1 *": "on 1 January",
    "@hourly": "every hour",
    "@daily": "every day at midnight",
    "@weekly": "every Sunday at midnight",
    "@monthly": "on the first of every month",
    "@yearly": "on 1 January",
}
_PATTERNS = {
    "yyyy-MM-dd": "2026-01-31",
    "yyyy-MM-dd HH:mm:ss": "2026-01-31 09:05:00",
    "yyyy-MM-dd'T'HH:mm:ss": "2026-01-31T09:05:00",
    "yyyyMMdd": "20260131",
    "yyyy/MM/dd": "2026/01/31",
    "yyyy": "the year",
    "MM": "the month",
    "dd": "the day",
    "HH:mm": "hours and minutes",
    "iso": "date, time, milliseconds and offset",
    "iso_local_date": "2026-01-31",
    "iso_local_date_time": "2026-01-31T09:05:00",
    "iso_date_time": "with offset and zone",
    "sql": "2026-01-31 09:05:00.000",
}
_UNITS = ("SECONDS", "MINUTES", "HOURS", "DAYS", "WEEKS", "MONTHS", "YEARS", "MILLIS", "MICROS", "NANOS", "HALF_DAYS")
_NUMBER = re.compile(r"P?T?(\d+)", re.IGNORECASE)
_OF_NUMBER = (("PT{}S", "seconds"), ("PT{}M", "minutes"), ("PT{}H", "hours"), ("P{}D", "days"))


def offered_durations(typed: str, span: Span) -> Iterator[CompletionItem]:
    """Durations as Kestra reads them; of a number that is typed, that many of each unit."""
    number = _NUMBER.fullmatch(typed)
    for order, (pattern, unit) in enumerate(_OF_NUMBER if number is not None else ()):
        assert number is not None
        text = pattern.format(number[1])
        if typed.upper().startswith("P") and not text.startswith(typed.upper()):
            continue
        yield _item(text, f"{number[1]} {unit}", span, order, filter_=_kept(typed, text))
    for order, (text, words) in enumerate(_DURATIONS.items(), start=len(_OF_NUMBER)):
        if fits(typed, text) and not (number is not None and text in {p.format(number[1]) for p, _ in _OF_NUMBER}):
            yield _item(text, words, span, order)


def offered_crons(typed: str, span: Span, *, quoted: bool) -> Iterator[CompletionItem]:
    """Common cron expressions, with what they mean in words; in quotes, which a leading `*` or `@` needs in YAML."""
    for order, (text, words) in enumerate(_CRONS.items()):
        if text.startswith(typed) or typed.lower() in words.lower():
            yield _item(text if quoted else f'"{text}"', words, span, order, label=text, filter_=_kept(typed, text))


def offered_patterns(typed: str, span: Span) -> Iterator[CompletionItem]:
    """Patterns of dates, with an example each."""
    for order, (text, words) in enumerate(_PATTERNS.items()):
        if fits(typed, text):
            yield _item(text, words, span, order)


def offered_units(typed: str, span: Span) -> Iterator[CompletionItem]:
    """Units of time."""
    for order, text in enumerate(_UNITS):
        if fits(typed, text):
            yield _item(text, "unit of time", span, order)


def _kept(typed: str, text: str) -> str:
    """What clients hold typed text against, so that they keep what was found by its words."""
    return "" if text.startswith(typed) else f"{typed} {text}"


def _item(text: str, words: str, span: Span, order: int, *, label: str = "", filter_: str = "") -> CompletionItem:
    return CompletionItem(label or text, "value", text, span, detail=words, order=order, filter=filter_)
