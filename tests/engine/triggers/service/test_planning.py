"""Which date of a schedule is due, and the conditions that 1.3 puts on dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.engine.triggers.service.driving import flow_of
from tiercel_engine.triggers.records import Backfill, TriggerState
from tiercel_engine.triggers.schedule import Schedule, ScheduleError, read_schedule
from tiercel_engine.triggers.schedule.conditions import all_hold
from tiercel_engine.triggers.schedule.planning import begun, due

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _schedule(**written: Any) -> Schedule:
    (trigger,) = flow_of({"id": "f", "triggers": [{"type": "Schedule", "cron": "@hourly", **written}]}).triggers
    return read_schedule(trigger, lambda text: text)


def _always(_date: datetime) -> bool:
    return True


def test_a_new_trigger_catches_up_nothing() -> None:
    state = begun(_schedule(), None, NOON, _always)
    assert state.next == NOON + HOUR
    assert due(_schedule(), state, NOON, _always) == (state, None)


def test_another_expression_begins_anew() -> None:
    state = begun(_schedule(), None, NOON, _always)
    assert begun(_schedule(), state, NOON + 5 * HOUR, _always).next == NOON + HOUR
    assert begun(_schedule(cron="30 * * * *"), state, NOON + 5 * HOUR, _always).next == NOON + 5.5 * HOUR


def test_dates_wait_and_come_one_by_one() -> None:
    schedule = _schedule()
    state = begun(schedule, None, NOON, _always)
    dates = []
    while (found := due(schedule, state, NOON + 3 * HOUR, _always)[1]) is not None:
        dates.append(found.date)
        state = found.state
    assert dates == [NOON + number * HOUR for number in (1, 2, 3)]
    assert (state.last, state.next) == (NOON + 3 * HOUR, NOON + 4 * HOUR)


def test_late_dates_are_left_out() -> None:
    schedule = _schedule(lateMaximumDelay="PT90M")
    state = begun(schedule, None, NOON, _always)
    found = due(schedule, state, NOON + 4 * HOUR, _always)[1]
    assert found is not None
    assert found.date == NOON + 3 * HOUR


def test_a_schedule_that_never_holds_ends_its_search() -> None:
    assert begun(_schedule(cron="* * * * *"), None, NOON, lambda _date: False).next is None
    assert begun(_schedule(cron="0 0 30 2 *"), None, NOON, _always).next is None


def test_a_backfill_comes_first_and_ends() -> None:
    schedule = _schedule()
    filling = Backfill(NOON - 3 * HOUR, NOON - 2 * HOUR, labels={"why": "again"})
    state = TriggerState(next=NOON + HOUR, written=schedule.written, backfill=filling)
    first = due(schedule, state, NOON, _always)[1]
    assert first is not None
    second = due(schedule, first.state, NOON, _always)[1]
    assert second is not None
    assert [first.date, second.date] == [NOON - 3 * HOUR, NOON - 2 * HOUR]
    assert second.state.backfill is None
    assert due(schedule, second.state, NOON, _always)[1] is None
    empty = TriggerState(written=schedule.written, backfill=Backfill(NOON + timedelta(minutes=1), NOON + 0.5 * HOUR))
    assert due(schedule, empty, NOON, _always) == (TriggerState(written=schedule.written), None)


@pytest.mark.parametrize(
    "written",
    [{"cron": "x"}, {"timezone": "Nowhere/City"}, {"lateMaximumDelay": "soon"}, {"recoverMissedSchedules": "SOME"}],
)
def test_what_can_t_be_read(written: dict[str, Any]) -> None:
    with pytest.raises(ScheduleError):
        _schedule(**written)


THURSDAY = "2026-01-01T12:00:00+01:00"


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"type": "DayWeek", "dayOfWeek": "THURSDAY"}, True),
        ({"type": "DayWeek", "dayOfWeek": "FRIDAY"}, False),
        ({"type": "Weekend"}, False),
        ({"type": "Weekend", "date": "2026-01-03T00:00:00Z"}, True),
        ({"type": "DayWeekInMonth", "dayOfWeek": "THURSDAY", "dayInMonth": "FIRST"}, True),
        ({"type": "DayWeekInMonth", "dayOfWeek": "THURSDAY", "dayInMonth": "LAST"}, False),
        (
            {"type": "DayWeekInMonth", "dayOfWeek": "THURSDAY", "dayInMonth": "LAST", "date": "2026-01-29T00:00:00Z"},
            True,
        ),
        ({"type": "TimeBetween", "after": "08:00:00", "before": "17:00:00"}, True),
        ({"type": "TimeBetween", "after": "12:00:00"}, False),
        ({"type": "DateTimeBetween", "after": "2025-12-31T00:00:00Z"}, True),
        ({"type": "DateTimeBetween", "before": "2025-12-31T00:00:00Z"}, False),
        ({"type": "Not", "conditions": [{"type": "Weekend"}]}, True),
        ({"type": "Or", "conditions": [{"type": "Weekend"}, {"type": "DayWeek", "dayOfWeek": "THURSDAY"}]}, True),
        ({"type": "Expression", "expression": "true"}, True),
        ({"type": "io.kestra.core.models.conditions.types.WeekendCondition"}, False),
        ({"type": "Nothing"}, False),
        ("text", False),
    ],
)
def test_conditions_on_dates(condition: Any, holds: bool) -> None:
    if isinstance(condition, dict):
        condition = _typed(condition)
    assert all_hold([condition], lambda text: THURSDAY if text == "{{ trigger.date }}" else text) is holds


def _typed(written: dict[str, Any]) -> dict[str, Any]:
    kind = written["type"]
    inner = [_typed(each) for each in written.get("conditions", ())]
    full = kind if "." in kind else f"io.kestra.plugin.core.condition.{kind}"
    return {**written, "type": full, **({"conditions": inner} if inner else {})}
