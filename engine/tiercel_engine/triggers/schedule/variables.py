"""What a schedule's execution sees as `trigger`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tiercel_engine.triggers.schedule.reading import Schedule


def date_text(moment: datetime) -> str:
    """A date as Kestra writes it into variables: seconds always, `Z` for no offset."""
    text = moment.isoformat(timespec="seconds" if not moment.microsecond else "microseconds")
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


def schedule_variables(schedule: Schedule, date: datetime) -> dict[str, Any]:
    """`date`, and where there are such, `next` and `previous`."""
    local = date.astimezone(schedule.zone)
    found: dict[str, Any] = {"date": date_text(local)}
    following, before = schedule.dates.next_after(date), schedule.dates.previous_before(date)
    if following is not None:
        found["next"] = date_text(following.astimezone(schedule.zone))
    if before is not None:
        found["previous"] = date_text(before.astimezone(schedule.zone))
    return found


def bare_variables(date: datetime) -> dict[str, Any]:
    """What a condition sees: the date alone, for it is asked about many."""
    return {"date": date_text(date)}


def utc(moment: datetime) -> datetime:
    """The same moment in UTC: Python compares two moments of one zone by the clock."""
    return moment.astimezone(UTC)
