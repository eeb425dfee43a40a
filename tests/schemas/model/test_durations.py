"""Durations, as Java reads and prints them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiercel_schemas.model.durations import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT1S", 1), ("P1DT2H3M4.5S", 93784.5), ("pt0.3s", 0.3), ("-PT1M", -60), ("PT-1.5S", -1.5), ("P2D", 172800)],
)
def test_reading(text: str, seconds: float) -> None:
    assert parse_duration(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "P", "PT", "1S", "PT1", "P1Y", "PT1S ", "P99999999999999999999D", "abc"])
def test_refusing(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be parsed"):
        parse_duration(text)


@given(st.timedeltas(timedelta(days=-10_000), timedelta(days=10_000)))
def test_what_is_printed_is_read_again(duration: timedelta) -> None:
    assert parse_duration(format_duration(duration)) == duration


def test_printing() -> None:
    assert format_duration(timedelta(0)) == "PT0S"
    assert format_duration(timedelta(days=1, seconds=61)) == "PT24H1M1S"
