"""How long each method took lately, for bug reports."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

_KEPT = 500
"""Durations that are kept of each method."""


@dataclass(slots=True)
class _Method:
    count: int = 0
    failed: int = 0
    cancelled: int = 0
    seconds: deque[float] = field(default_factory=lambda: deque(maxlen=_KEPT))


class Timings:
    """Counts and durations by method; may be told and asked from any thread."""

    def __init__(self) -> None:
        self._methods: dict[str, _Method] = {}
        self._lock = Lock()

    def add(self, method: str, seconds: float, *, failed: bool = False, cancelled: bool = False) -> None:
        """Note an answer, or a piece of work that has a name of its own."""
        with self._lock:
            known = self._methods.setdefault(method, _Method())
            known.count += 1
            known.failed += failed
            known.cancelled += cancelled
            if not cancelled:
                known.seconds.append(seconds)

    def report(self) -> dict[str, dict[str, Any]]:
        """By method: `count`, `failed`, `cancelled`, and milliseconds `p50`, `p95`, `max` of the last 500."""
        with self._lock:
            return {name: _report(known) for name, known in sorted(self._methods.items())}


def _report(method: _Method) -> dict[str, Any]:
    sorted_seconds = sorted(method.seconds)
    told: dict[str, Any] = {"count": method.count, "failed": method.failed, "cancelled": method.cancelled}
    if sorted_seconds:
        last = len(sorted_seconds) - 1
        told |= {
            name: round(1000 * sorted_seconds[round(last * share)], 2)
            for name, share in (("p50", 0.5), ("p95", 0.95), ("max", 1.0))
        }
    return told
