"""Plain JSON values from what the protocol's library makes of values that no type describes."""

from __future__ import annotations

from typing import Any


def plain(value: Any) -> Any:
    """Dicts, lists and scalars; the library gives objects with attributes for objects."""
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if hasattr(value, "_asdict"):
        return {key: plain(each) for key, each in value._asdict().items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value
