"""Why a run can't start, in words that say what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class Refused(Exception):  # noqa: N818
    """The command can't do what it was asked to; exit code 2.

    `lines` are what to print, the first one is the gist. `events` are lines of the event stream that say the same.
    """

    def __init__(self, *lines: str, events: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
        self.events = tuple(events)
