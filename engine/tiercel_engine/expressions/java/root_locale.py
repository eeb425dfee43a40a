"""Names in no language: what Java falls back on for an empty or unknown locale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiercel_engine.expressions.java.locale_names import LocaleNames, gmt_offset

if TYPE_CHECKING:
    import datetime as dt

    from tiercel_engine.expressions.java.locale_names import Context, Width
    from tiercel_engine.expressions.java.moments import Moment

_DATES = {"full": "y MMM d, EEEE", "long": "y MMM d", "medium": "y MMM d", "short": "y-MM-dd"}
_TIMES = {"full": "HH:mm:ss zzzz", "long": "HH:mm:ss z", "medium": "HH:mm:ss", "short": "HH:mm"}


@dataclass(frozen=True, slots=True)
class RootLocaleNames(LocaleNames):
    """Short English words for months and days at any width, and zones by their city."""

    def month(self, number: int, width: Width, context: Context = "format") -> str:
        """The name of a month from 1; its number at the narrow width."""
        del context
        return str(number) if width == "narrow" else LocaleNames.month(self, number, "abbreviated")

    def day(self, number: int, width: Width, context: Context = "format") -> str:
        """The name of a day, Monday being 0."""
        del context
        return LocaleNames.day(self, number, "narrow" if width == "narrow" else "abbreviated")

    def quarter(self, number: int, width: Width, context: Context = "format") -> str:
        """The name of a quarter from 1."""
        del context
        return str(number) if width == "narrow" else f"Q{number}"

    def period(self, time: dt.time) -> str:
        """AM or PM: no language, no parts of the day."""
        return self.half_day(afternoon=time.hour >= 12)

    def era(self, width: Width) -> str:
        """The common era."""
        del width
        return "CE"

    def date_time_pattern(self, style: str) -> str:
        """The pattern of a date and time in the style full, long, medium or short."""
        return f"{_DATES[style]} {_TIMES[style]}"

    def zone_name(self, moment: Moment, *, long: bool) -> str:
        """The city of a zone when long, with a mark of daylight saving time; its distance from GMT when short."""
        zone = moment.zone
        if zone.is_offset or (zone.region is None and zone.offset):
            return zone.name
        if zone.name in ("UTC", "GMT", "UT", "Etc/UTC", "Etc/GMT"):
            return "GMT" if long else zone.name.removeprefix("Etc/")
        is_daylight = zone.is_daylight(moment.utc)
        if not long or zone.name.startswith("Etc/"):
            return gmt_offset(moment.offset)
        return f"{zone.name.rpartition('/')[2].replace('_', ' ')} (+{int(is_daylight)})"
