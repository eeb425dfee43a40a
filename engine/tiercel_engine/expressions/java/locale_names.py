"""Names of months, days and zones in a locale. English comes without loading the locale data."""

from __future__ import annotations

import datetime as dt
import re
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from tiercel_engine.expressions.errors import JavaError

if TYPE_CHECKING:
    from babel import Locale

    from tiercel_engine.expressions.java.moments import Moment

Width = Literal["abbreviated", "wide", "narrow"]
Context = Literal["format", "stand-alone"]

_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
_LOCALE = re.compile(r"[a-z]{2,3}(?:[_-](?:[A-Z]{2}|[0-9]{3})?(?:[_-].+)?)?|[A-Z]{2}|[_-][A-Z]{2}(?:[_-].+)?")
_NO_NAME = "∅∅∅"  # the locale data's mark of a name that is not to be inherited
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class LocaleNames:
    """The names of one locale; `data` is None for American English until something rarer is asked for."""

    identifier: str
    data: Locale | None

    def month(self, number: int, width: Width, context: Context = "format") -> str:
        """The name of a month from 1."""
        if self.data is None:
            return _shortened(_MONTHS[number - 1], width)
        return str(self.data.months[context][width][number])

    def day(self, number: int, width: Width, context: Context = "format") -> str:
        """The name of a day, Monday being 0."""
        if self.data is None:
            return _shortened(_DAYS[number], width)
        return str(self.data.days[context][width][number])

    def quarter(self, number: int, width: Width, context: Context = "format") -> str:
        """The name of a quarter from 1."""
        return str(self._full().quarters[context][width][number])

    def half_day(self, *, afternoon: bool) -> str:
        """AM or PM."""
        if self.data is None:
            return "PM" if afternoon else "AM"
        name = "pm" if afternoon else "am"
        periods = self.data.day_periods["format"]
        word = periods["wide"].get(name) or periods["abbreviated"][name]
        # Java's locale data has the older, wider space here.
        return str(word).replace("\u202f", "\xa0")

    def period(self, time: dt.time) -> str:
        """The part of the day: `in the morning`."""
        from babel.dates import get_period_id

        periods = self._full().day_periods["format"]
        name = get_period_id(time, locale=self._full())
        word = periods["wide"].get(name) or periods["abbreviated"].get(name)
        return str(word or self.half_day(afternoon=time.hour >= 12))

    def era(self, width: Width) -> str:
        """The name of the era since year 1."""
        if self.data is None and width == "abbreviated":
            return "AD"
        return str(self._full().eras[width][1])

    def date_time_pattern(self, style: str) -> str:
        """The pattern of a date and time in the style full, long, medium or short."""
        data = self._full()
        frame = str(data.datetime_formats[style])
        date, time = data.date_formats[style].pattern, data.time_formats[style].pattern
        return frame.replace("{1}", date).replace("{0}", time)

    @property
    def first_weekday(self) -> int:
        """The first day of the week, Monday being 0: Sunday in a locale that names no country."""
        return self._full().first_week_day if self._full().territory else 6

    @property
    def minimal_days(self) -> int:
        """How many days the first week of a year must have: one in a locale that names no country."""
        return self._full().min_week_days if self._full().territory else 1

    def zone_name(self, moment: Moment, *, long: bool) -> str:
        """The name of the moment's zone."""
        zone = moment.zone
        if zone.is_offset or (zone.region is None and zone.offset):
            return zone.name
        daylight = zone.is_daylight(moment.utc)
        known = self._known_zone_name(zone.name, long=long, daylight=daylight)
        if known:
            return known
        short = zone.abbreviation(moment.utc)
        return short if short.isalpha() and not long else gmt_offset(moment.offset)

    def _known_zone_name(self, name: str, *, long: bool, daylight: bool) -> str | None:
        if not long and name in ("UTC", "Etc/UTC"):
            return "UTC"
        from babel.core import get_global

        data = self._full()
        width, kind = ("long" if long else "short"), ("daylight" if daylight else "standard")
        canonical = "Etc/UTC" if name in ("UTC", "GMT", "UT") and name != "GMT" else name
        own = data.time_zones.get(canonical, {}).get(width, {}).get(kind)
        if own and own != _NO_NAME:
            return str(own)
        metas, aliases = get_global("meta_zones"), get_global("zone_aliases")
        spellings: list[Any] = [
            canonical,
            aliases.get(canonical),
            *(old for old, new in aliases.items() if new == canonical),
        ]
        meta = next((metas[spelling] for spelling in spellings if spelling in metas), None)
        found: Any = data.meta_zones.get(meta, {}).get(width, {}).get(kind) if meta else None
        return str(found) if found and found != _NO_NAME else None

    def _full(self) -> Locale:
        if self.data is not None:
            return self.data
        english = _locale_data("en_US")
        assert english is not None, "Babel has lost American English"
        return english


def _shortened(name: str, width: Width) -> str:
    return name if width == "wide" else name[:1] if width == "narrow" else name[:3]


def gmt_offset(offset: dt.timedelta) -> str:
    """An offset as `GMT+02:00`."""
    minutes = int(offset.total_seconds()) // 60
    if minutes == 0:
        return "GMT"
    return f"GMT{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


@lru_cache(maxsize=50)
def locale_names(identifier: str | None) -> LocaleNames:
    """The names of a locale such as `fr`, `pt_BR` or `pt-BR`; an empty or unknown one has the names of no language.

    Raises JavaError IllegalArgumentException for what has not the form of a locale.
    """
    if identifier in (None, "en", "en_US", "en-US"):
        return LocaleNames("en_US", None)
    if identifier and not _LOCALE.fullmatch(identifier):
        raise JavaError("IllegalArgumentException", f"Invalid locale format: {identifier}")
    data = _locale_data(str(identifier))
    if data is None:
        from tiercel_engine.expressions.java.root_locale import RootLocaleNames

        return RootLocaleNames("", None)
    return LocaleNames(str(identifier), data)


def _locale_data(identifier: str) -> Locale | None:
    from babel import Locale, UnknownLocaleError

    language, _, region = identifier.replace("-", "_").partition("_")
    if language.isupper():
        return None  # a country without a language
    for candidate in (f"{language.lower()}_{region}" if region else "", language.lower()):
        try:
            if candidate:
                return _isolated(Locale.parse(candidate))
        except (UnknownLocaleError, ValueError):
            continue
    return None


def _isolated(locale: Locale) -> Locale:
    """The locale with data of its own.

    Babel writes what it finds through an alias into dictionaries that all locales share, so that the month names of
    the first locale asked for would turn up in others.
    """
    from babel import Locale
    from babel.localedata import LocaleDataDict, load

    copied = Locale(locale.language, locale.territory, locale.script, locale.variant, locale.modifier)
    own: Any = deepcopy(load(str(locale)))
    vars(copied)["_Locale__data"] = LocaleDataDict(own)
    return copied
