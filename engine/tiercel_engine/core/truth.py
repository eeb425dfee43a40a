"""Which texts count as true in conditions."""

from __future__ import annotations

_FALSE = frozenset({"", "false", "0", "-0"})


def is_true(text: str | None) -> bool:
    """Anything but blank, `false`, `0` and `-0`; `no`, `False` and `0.0` are true."""
    return text is not None and text.strip() not in _FALSE
