"""Why a run can't start, in words that say what to do."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818
    """The command can't do what it was asked to; exit code 2. `lines` are what to print, the first one is the gist."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
