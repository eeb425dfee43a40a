"""The times within which dependencies must be met."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tiercel_engine.triggers.flow.windows import time_window_rule, window_rule

NOON = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)
PARIS_MIDNIGHT = datetime(2026, 3, 3, 23, tzinfo=UTC)
DAY = (datetime(2026, 3, 4, tzinfo=UTC), datetime(2026, 3, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [
        (None, *DAY),
        ({"every": "PT1H"}, NOON.replace(minute=0), NOON.replace(hour=13, minute=0)),
        ({"every": "PT1H", "offset": "PT45M"}, NOON.replace(hour=11, minute=45), NOON.replace(minute=45)),
        ({"deadline": "09:00:00"}, DAY[0], NOON.replace(hour=9, minute=0)),
        ({"from": "08:00", "to": "18:00"}, NOON.replace(hour=8, minute=0), NOON.replace(hour=18, minute=0)),
        ({"deadline": "09:00", "timezone": "Europe/Paris"}, PARIS_MIDNIGHT, NOON.replace(hour=8, minute=0)),
    ],
)
def test_windows_of_2_0(written: Any, start: datetime, end: datetime) -> None:
    window = window_rule(written).at(NOON)
    assert (window.start, window.end) == (start, end)


@pytest.mark.parametrize(
    ("written", "holds"),
    [
        ({"type": "DAILY_TIME_DEADLINE", "deadline": "12:00:00"}, False),
        ({"type": "DAILY_TIME_DEADLINE", "deadline": "13:00:00"}, True),
        ({"type": "DAILY_TIME_WINDOW", "startTime": "12:00", "endTime": "13:00"}, True),
        ({"type": "SLIDING_WINDOW", "window": "PT1H"}, True),
        ({"window": "PT6H", "windowAdvance": "PT1H"}, True),
    ],
)
def test_windows_of_1_3(written: Any, holds: bool) -> None:
    assert time_window_rule(written).at(NOON).holds(NOON) is holds


@pytest.mark.parametrize("written", [{"every": "PT0S"}, {"every": "soon"}, {"deadline": "late"}])
def test_what_is_no_window_is_said(written: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        window_rule(written)
