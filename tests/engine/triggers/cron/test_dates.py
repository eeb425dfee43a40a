"""When a cron fires next and when it fired last."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tests.conformance.cron import java_text
from tests.engine.triggers.cron.strategies import FIVE_FIELDS, MOMENTS, ZONES
from tiercel_engine.triggers.cron import Cron, parse_cron, parse_zone

YAML_TEXT = (Path(__file__).parent / "dates.yaml").read_text(encoding="utf-8")
CASES: list[dict[str, Any]] = YAML(typ="base").load(YAML_TEXT)
MINUTE = timedelta(minutes=1)
JANUARY = datetime(2026, 1, 1, tzinfo=UTC)


def _read(text: str) -> Cron:
    return parse_cron(text, with_seconds=False)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_dates(case: dict[str, Any]) -> None:
    cron, zone = _read(case["cron"]), parse_zone(case.get("zone", "UTC"))
    start = datetime.fromisoformat(case["from"])
    found: list[str] = []
    moment: datetime | None = start
    asked = case["next"].split()
    for _ in asked or [""]:
        moment = cron.next_after(moment, zone) if moment else None
        found.extend([java_text(moment)] if moment else [])
    previous = cron.previous_before(start, zone)
    assert found == asked
    assert (java_text(previous) if previous else None) == case.get("previous")


def _asks_for(cron: Cron, local: datetime) -> bool:
    line = cron.lines[0]
    return (
        local.second in line.seconds
        and local.minute in line.minutes
        and local.hour in line.hours
        and local.month in line.months
        and local.day in line.days_of(local.year, local.month)
    )


@given(FIVE_FIELDS, st.sampled_from(ZONES), MOMENTS)
def test_next_and_previous_agree(text: str, zone_id: str, moment: datetime) -> None:
    cron, zone = _read(text), parse_zone(zone_id)
    after = cron.next_after(moment, zone)
    if after is None:
        assert cron.never_fires
        return
    assert after.tzinfo is zone
    assert after.astimezone(UTC) > moment
    assert _asks_for(cron, after)
    before = cron.previous_before(after, zone)
    assert before is not None
    assert before.astimezone(UTC) < after.astimezone(UTC)
    assert _asks_for(cron, before)


@given(FIVE_FIELDS, st.sampled_from(["UTC", "Asia/Kolkata", "-03:30"]), MOMENTS)
def test_where_no_clock_changes_every_minute_asked_for_is_found(text: str, zone_id: str, moment: datetime) -> None:
    cron, zone = _read(text), parse_zone(zone_id)
    assume(not cron.never_fires)
    start = moment.replace(second=0, microsecond=0)
    asked = [at for at in (start + step * MINUTE for step in range(1, 2000)) if _asks_for(cron, at.astimezone(zone))]
    after = cron.next_after(moment, zone)
    assert after is not None
    if asked:
        assert after.astimezone(UTC) == asked[0]
    else:
        assert after.astimezone(UTC) > start + 1999 * MINUTE
    before = cron.previous_before(after, zone)
    assert before is not None
    assert before.astimezone(UTC) <= moment
    assert cron.next_after(before, zone) == after


@given(FIVE_FIELDS, MOMENTS)
def test_no_two_firings_are_closer_than_estimated(text: str, moment: datetime) -> None:
    cron = _read(text)
    assume(not cron.never_fires)
    shortest = cron.interval_estimate
    assert shortest is not None
    dates = [moment]
    for _ in range(6):
        after = cron.next_after(dates[-1], UTC)
        assert after is not None
        dates.append(after)
    assert all(later - earlier >= shortest for earlier, later in pairwise(dates[1:]))


def test_a_moment_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        _read("* * * * *").next_after(JANUARY.replace(tzinfo=None), UTC)
