"""Orders of hash maps, as Java has them."""

from __future__ import annotations

import pytest

from tiercel_engine.runtime.java_order import copied_capacity, hashed


@pytest.mark.parametrize(
    ("keys", "capacity", "expected"),
    [
        ("env tmpl run system", 16, "tmpl system run env"),
        ("keep over added obj num", 16, "over added obj keep num"),
        ("kind onlyone onlytwo", 4, "onlyone kind onlytwo"),
        ("a h2 i", 16, "a i h2"),
        ("", 16, ""),
    ],
)
def test_the_order_of_a_hash_map(keys: str, capacity: int, expected: str) -> None:
    assert list(hashed(dict.fromkeys(keys.split()), capacity)) == expected.split()


def test_the_capacity_of_a_copy() -> None:
    assert [copied_capacity(size) for size in (1, 2, 3, 12, 18)] == [2, 4, 8, 32, 32]
