"""The order in which a Java HashMap gives its entries."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from tiercel_engine.expressions.values import INT_MAX, INT_MIN, JavaHashMap, Long

if TYPE_CHECKING:
    from collections.abc import Iterable


def hash_map(entries: Iterable[tuple[Any, Any]], capacity: int = 16) -> JavaHashMap:
    """A HashMap made with an initial `capacity` (Java's default is 16) and filled in the order given."""
    content = dict(entries)
    size = _table_size(capacity)
    while len(content) > size * 0.75:
        size *= 2
    # Within a bucket entries stay in the order of their coming.
    ordered = sorted(content.items(), key=lambda entry: _spread(java_hash(entry[0])) & (size - 1))
    return JavaHashMap(ordered)


def _table_size(capacity: int) -> int:
    size = 1
    while size < capacity:
        size *= 2
    return size


def _spread(code: int) -> int:
    code &= 0xFFFFFFFF
    return code ^ (code >> 16)


def java_hash(value: Any) -> int:
    """Java's `hashCode` of a value, as an unsigned 32-bit number."""
    if value is None:
        return 0
    if isinstance(value, str):
        code = 0
        units = value.encode("utf-16-be", "surrogatepass")
        for index in range(0, len(units), 2):
            code = (31 * code + (units[index] << 8 | units[index + 1])) & 0xFFFFFFFF
        return code
    if isinstance(value, bool):
        return 1231 if value else 1237
    if isinstance(value, int):
        if not isinstance(value, Long) and INT_MIN <= value <= INT_MAX:
            return value & 0xFFFFFFFF
        return (value ^ (value >> 32)) & 0xFFFFFFFF
    if isinstance(value, float):
        bits: int = struct.unpack(">Q", struct.pack(">d", value))[0]
        return (bits ^ (bits >> 32)) & 0xFFFFFFFF
    if isinstance(value, list | tuple):
        code = 1
        for item in value:
            code = (31 * code + java_hash(item)) & 0xFFFFFFFF
        return code
    return 0
