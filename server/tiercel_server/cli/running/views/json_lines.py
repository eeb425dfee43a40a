"""The event stream of `docs/events.md`, a line each."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TextIO


class JsonLinesView:
    """Writes each event at once."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def recall(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Write what went before: a reader can make nothing of events of an execution that it never met."""
        for event in events:
            self.take(event)

    def take(self, event: Mapping[str, Any]) -> None:
        """Write the event."""
        self._out.write(json.dumps(event, ensure_ascii=False, separators=(",", ":"), default=str) + "\n")
        self._out.flush()

    def say(self, text: str) -> None:
        """Say a word to a person who waits; it is no event, and a program that reads events wants no words."""
        if sys.stderr.isatty():
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()

    def close(self) -> None:
        """Nothing is held back."""
