"""Which date of a schedule is due. Pure: the time and the conditions come in as arguments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tiercel_engine.triggers.records import Backfill, TriggerState
from tiercel_engine.triggers.schedule.reading import Holds, Recovery, Schedule
from tiercel_engine.triggers.schedule.variables import utc

_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A date to run now, and the state that follows; a `backfill` lends its inputs and labels."""

    date: datetime
    state: TriggerState
    backfill: Backfill | None = None


def begun(schedule: Schedule, state: TriggerState | None, now: datetime, holds: Holds) -> TriggerState:
    """The state with which a trigger is taken up, new, changed, or after a while in which nothing looked."""
    if state is None or state.written != schedule.written:
        kept = state or TriggerState()
        return replace(kept, next=_next(schedule, now, holds), written=schedule.written)
    if state.next is None or utc(state.next) >= now or schedule.recovery is Recovery.ALL:
        return state
    if schedule.recovery is Recovery.LAST:
        missed = schedule.last_date(now, holds)
        if missed is not None and utc(missed) >= utc(state.next):
            return replace(state, next=utc(missed))
    return replace(state, next=_next(schedule, now, holds))


def due(schedule: Schedule, state: TriggerState, now: datetime, holds: Holds) -> tuple[TriggerState, Due | None]:
    """The state after dates that came too late have been left out, and the date that is to be run now, if any.

    Dates that passed while the trigger had to wait are run one after the other, as soon as it may.
    """
    filling = state.backfill
    if filling is not None and not filling.paused:
        return _fill(schedule, state, filling, holds)
    while state.next is not None and utc(state.next) <= now:
        date = state.next
        following = replace(state, next=_next(schedule, date, holds))
        if schedule.latest is None or now - utc(date) <= schedule.latest:
            return state, Due(date, replace(following, last=date))
        state = following
    return state, None


def _fill(schedule: Schedule, state: TriggerState, filling: Backfill, holds: Holds) -> tuple[TriggerState, Due | None]:
    date = filling.current or schedule.next_date(filling.start - _MOMENT, holds)
    if date is None or utc(date) > utc(filling.end):
        return replace(state, backfill=None), None
    following = _next(schedule, date, holds)
    ends = following is None or following > utc(filling.end)
    after = replace(state, backfill=None if ends else replace(filling, current=following))
    return state, Due(date, after, filling)


def _next(schedule: Schedule, moment: datetime, holds: Holds) -> datetime | None:
    found = schedule.next_date(moment, holds)
    return utc(found) if found is not None else None
