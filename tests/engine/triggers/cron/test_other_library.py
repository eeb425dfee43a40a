"""Random expressions against another library, where it and Kestra's mean the same.

Left out is what they define differently: `L`, steps from a value on (`5/10`), a day of the month and one of the week
at once (croniter takes either, Kestra both), spans of one value (croniter goes all around), zones whose clocks change.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from croniter import croniter
from hypothesis import given, settings
from hypothesis import strategies as st

from tiercel_engine.triggers.cron import parse_cron

FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
ZONES = (UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8)), timezone(timedelta(hours=14)))


def _field(low: int, high: int) -> st.SearchStrategy[str]:
    numbers = st.integers(low, high)
    pairs = st.tuples(numbers, numbers).filter(lambda ends: ends[0] != ends[1])
    spans = pairs.map(lambda ends: f"{min(ends)}-{max(ends)}")
    steps = st.tuples(st.just("*") | spans, st.integers(1, max((high - low) // 2, 1))).map(lambda p: f"{p[0]}/{p[1]}")
    single = numbers.map(str) | spans | steps
    return st.just("*") | single | st.lists(single, min_size=2, max_size=3).map(",".join)


@st.composite
def lines(draw: st.DrawFn) -> str:
    fields = [draw(_field(low, high)) for low, high in FIELDS]
    fields[draw(st.sampled_from((2, 4)))] = "*"
    return " ".join(fields)


@settings(max_examples=1_000, deadline=None)
@given(
    lines(),
    st.integers(0, 250_000_000).map(lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)),
    st.sampled_from(ZONES),
)
def test_dates_agree(line: str, start: datetime, zone: timezone) -> None:
    moment = start.astimezone(zone)
    cron = parse_cron(line, with_seconds=False)
    theirs = croniter(line, moment)
    ours = moment
    for _ in range(3):
        found = cron.next_after(ours, zone)
        if found is None:
            with pytest.raises(Exception, match="failed to find"):
                theirs.get_next(datetime)
            return
        ours = found
        assert ours == theirs.get_next(datetime)
    before = cron.previous_before(moment, zone)
    assert before == croniter(line, moment).get_prev(datetime)
