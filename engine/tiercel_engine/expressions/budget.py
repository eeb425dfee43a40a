"""What a rendering has used of its limits, inner renderings included."""

from __future__ import annotations

from time import monotonic, thread_time
from typing import TYPE_CHECKING

from tiercel_engine.expressions.errors import LimitError

if TYPE_CHECKING:
    from tiercel_engine.expressions.limits import Limits

_BETWEEN_LOOKS = 0.25


class Budget:
    """Counts steps, and now and then looks at the time that the processor was kept busy.

    The clock of the wall is quick to ask, so it says when to ask for the other one, which a busy machine or a slow
    service doesn't drive.
    """

    __slots__ = ("_began", "_next_look", "_steps", "limits")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._steps = 0
        self._next_look = 0.0
        self._began = -1.0

    def step(self) -> None:
        """Count a turn of a loop or a call of a macro. Raises LimitError."""
        self._steps += 1
        if self._steps > self.limits.steps:
            raise LimitError(f"A template cannot take more than {self.limits.steps} steps.")
        self.look()

    def look(self) -> None:
        """Raises LimitError when the time is over."""
        now = monotonic()
        if now < self._next_look:
            return
        if self._next_look:
            self._measure()
        self._next_look = now + min(_BETWEEN_LOOKS, self.limits.seconds)

    def spend(self, seconds: float) -> None:
        """Count time that another process was kept busy. Raises LimitError."""
        if self._began < 0:
            self._began = thread_time()
        self._began -= seconds
        self._measure()

    def _measure(self) -> None:
        busy = thread_time()
        if self._began < 0:
            self._began = busy
        elif busy - self._began > self.limits.seconds:
            raise LimitError(f"A template cannot take more than {self.limits.seconds:g} seconds.")
