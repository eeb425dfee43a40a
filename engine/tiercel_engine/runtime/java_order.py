"""The order in which Java's hash maps give their entries: expressions that print a whole map show it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

_MOST = 64
"""Larger maps keep their order of insertion: nobody prints them, and every task run would pay for sorting."""


@lru_cache(maxsize=4096)
def _spread(text: str) -> int:
    code = 0
    units = text.encode("utf-16-be", "surrogatepass")
    for index in range(0, len(units), 2):
        code = (31 * code + (units[index] << 8 | units[index + 1])) & 0xFFFFFFFF
    return code ^ (code >> 16)


def hashed(entries: Mapping[str, Any], capacity: int = 16) -> dict[str, Any]:
    """The entries in the order of a hash map that began with a capacity and grew as it was filled."""
    if len(entries) > _MOST:
        return dict(entries)
    while len(entries) > capacity * 3 // 4:
        capacity *= 2
    return {key: entries[key] for key in sorted(entries, key=lambda key: _spread(key) & (capacity - 1))}


def copied_capacity(size: int) -> int:
    """The capacity of a hash map that was made as a copy of another of this size."""
    wanted = int(size / 0.75 + 1.0)
    capacity = 1
    while capacity < wanted:
        capacity *= 2
    return capacity
