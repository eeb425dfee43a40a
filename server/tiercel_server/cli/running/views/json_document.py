"""The finished execution in the shape of Kestra's API."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from tiercel_server.cli.running.progress import Progress


class JsonDocumentView:
    """Waits for the end, then writes the execution that was asked for; notices go to standard error."""

    def __init__(self, out: TextIO, aside: TextIO) -> None:
        self._out = out
        self._aside = aside
        self._progress = Progress()

    def recall(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Remember which execution goes on."""
        self._progress.recall(events)

    def take(self, event: Mapping[str, Any]) -> None:
        """Remember what the event tells."""
        self._progress.take(event)
        if event["event"] == "notice":
            self._aside.write(f"{event['level'].lower()}: {event['message']}\n")

    def say(self, text: str) -> None:
        """Say a word to whoever waits."""
        self._aside.write(f"{text}\n")
        self._aside.flush()

    def close(self) -> None:
        """Write the execution, if it came to an end."""
        main = self._progress.main
        if main is not None and main.finished is not None:
            self._out.write(json.dumps(main.finished, ensure_ascii=False, indent=2, default=str) + "\n")
            self._out.flush()
