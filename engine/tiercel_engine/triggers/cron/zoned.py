"""A moment told by the clock of a zone, moved in real time or by setting the clock.

Setting the clock follows Java: an hour that is skipped is told as much later as the clock jumps, an hour that
comes twice keeps the offset it was reached with, or takes the earlier one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo


@dataclass(frozen=True, slots=True)
class ZonedMoment:
    """A moment in whole seconds; `utc` has no zone of its own, `offset` is the zone's at that moment."""

    utc: datetime
    offset: timedelta
    zone: tzinfo

    @classmethod
    def of(cls, moment: datetime, zone: tzinfo) -> ZonedMoment:
        """The second that `moment`, which has a zone, falls into; raises `ValueError` when it has none."""
        if moment.utcoffset() is None:
            raise ValueError("a moment needs a zone")
        return cls._at(moment.astimezone(UTC).replace(tzinfo=None, microsecond=0), zone)

    @classmethod
    def by_clock(cls, local: datetime, zone: tzinfo) -> ZonedMoment:
        """The first moment at which the clock of the zone shows `local`."""
        earlier, _ = _offsets(local, zone)
        return cls._at(local - earlier, zone)

    @classmethod
    def _at(cls, utc: datetime, zone: tzinfo) -> ZonedMoment:
        return cls(utc, utc.replace(tzinfo=UTC).astimezone(zone).utcoffset() or timedelta(), zone)

    @property
    def local(self) -> datetime:
        """What the clock shows, without a zone."""
        return self.utc + self.offset

    def plus(self, time: timedelta) -> ZonedMoment:
        """So much real time later."""
        return self._at(self.utc + time, self.zone)

    def set_to(self, local: datetime) -> ZonedMoment:
        """With the clock set to `local`, at this moment's offset where that is possible."""
        earlier, later = _offsets(local, self.zone)
        if self.offset == later and earlier > later:
            return ZonedMoment(local - later, later, self.zone)
        return self._at(local - earlier, self.zone)

    def aware(self) -> datetime:
        """As a `datetime` in its zone."""
        return self.utc.replace(tzinfo=UTC).astimezone(self.zone)


def _offsets(local: datetime, zone: tzinfo) -> tuple[timedelta, timedelta]:
    """The offset before a change of the clock near `local` and the one after it; the same one where there is none."""
    before = local.replace(tzinfo=zone, fold=0).utcoffset()
    after = local.replace(tzinfo=zone, fold=1).utcoffset()
    return before or timedelta(), after or timedelta()
