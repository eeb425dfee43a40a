"""Zone ids as Java takes them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiercel_engine.triggers.cron import ZoneError, parse_zone

JULY = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("Europe/Paris", 2), ("UTC", 0), ("GMT", 0), ("UT", 0), ("Z", 0), ("Zulu", 0), ("GMT0", 0), ("CET", 2),
        ("GMT+2", 2), ("UTC-1", -1), ("UT+02:00", 2), ("UTC+0530", 5.5), ("+2", 2), ("-05", -5), ("+02:30", 2.5),
        ("+0200", 2), ("+020000", 2), ("+18:00", 18), ("-18", -18), ("-00:00", 0), ("Etc/GMT+5", -5),
    ],
)  # fmt: skip
def test_zone(text: str, hours: float) -> None:
    offset = JULY.astimezone(parse_zone(text)).utcoffset()
    assert offset is not None
    assert offset.total_seconds() == hours * 3600


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "Mars/X", "Europe", "utc", "z", " UTC", "UTC ", "PST", "A", "+", "GMT+", "+2:00", "+1:3", "+123",
        "+12345", "UTC+5:30", "UTC+Z", "+18:01", "+19", "GMT+25", "+12:60", "../../etc/passwd", "/etc/localtime",
        "localtime", "posixrules", "tzdata.zi", "Europe/Paris\x00", "été", "+٢",
    ],
)  # fmt: skip
def test_no_zone(text: str) -> None:
    with pytest.raises(ZoneError, match="is no time zone"):
        parse_zone(text)


def test_an_id_with_other_capitals_is_told_right() -> None:
    with pytest.raises(ZoneError) as caught:
        parse_zone("europe/paris")
    assert str(caught.value) == "`europe/paris` is no time zone: write `Europe/Paris`."


@given(st.text(max_size=80) | st.from_regex(r"\A(UTC|GMT|UT)?[+-][0-9:]{0,9}\Z"))
def test_any_text_is_a_zone_or_refused(text: str) -> None:
    try:
        zone = parse_zone(text)
    except ZoneError:
        return
    assert JULY.astimezone(zone).utcoffset() is not None


def test_a_long_id_is_cut_in_the_complaint() -> None:
    with pytest.raises(ZoneError) as caught:
        parse_zone("Europe/" * 1000)
    assert len(str(caught.value)) < 200
