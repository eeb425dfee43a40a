"""Crons, zones and moments for property tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

ANY_TEXT = st.text(max_size=40) | st.lists(
    st.sampled_from([*"0123456789*/-,|?#@ \t", "L", "W", "LW", "JAN", "mon", "SUN", "||", "0 9 * * ", "@daily", "é"]),
    max_size=14,
).map("".join)

_LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
ZONES = (
    "UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Havana",
    "Antarctica/Troll", "Pacific/Chatham", "Asia/Kolkata", "-03:30",
)  # fmt: skip


def _field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    pair = st.tuples(number, number).map(sorted)
    period = st.integers(1, min(high, high - low + 1))
    simple = st.one_of(
        number.map(str),
        pair.map(lambda ends: f"{ends[0]}-{ends[1]}"),
        period.map(lambda step: f"*/{step}"),
        st.tuples(pair, period.filter(lambda step: step < 7)).map(lambda made: f"{made[0][0]}-{made[0][1]}/{made[1]}"),
    )
    return st.one_of(st.just("*"), simple, st.lists(simple, min_size=2, max_size=3).map(",".join))


def _day() -> st.SearchStrategy[str]:
    return _field(1, 31) | st.just("L") | st.integers(1, 5).map(lambda days: f"L-{days}")


FIVE_FIELDS = st.tuples(*(_day() if low == 1 and high == 31 else _field(low, high) for low, high in _LIMITS)).map(
    " ".join
)
MOMENTS = st.integers(0, 17 * 365 * 24 * 3600).map(
    lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
) | st.tuples(
    st.sampled_from(
        [
            datetime(2026, 3, 29, 1, tzinfo=UTC),
            datetime(2026, 10, 25, 1, tzinfo=UTC),
            datetime(2026, 3, 8, 7, tzinfo=UTC),
            datetime(2026, 11, 1, 6, tzinfo=UTC),
            datetime(2026, 4, 4, 15, tzinfo=UTC),
            datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
        ]
    ),
    st.integers(-26 * 60, 3 * 60).map(lambda minutes: timedelta(minutes=minutes)),
).map(lambda parts: parts[0] + parts[1])
