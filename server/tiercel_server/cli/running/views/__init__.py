"""Ways to show a run: lines for pipes, a live tree for people, JSON for programs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any, Protocol


class View(Protocol):
    """Shows the events of a run as they come."""

    def recall(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Know what went before a restart; called once, before anything else of the execution."""

    def take(self, event: Mapping[str, Any]) -> None:
        """Show one event."""

    def say(self, text: str) -> None:
        """Say a word to whoever waits, on standard error where output may be read by a program."""

    def close(self) -> None:
        """The run is over, or was left."""


def view_for(format_name: str, log_level: str) -> View:
    """The view for `--format` on standard output: text is a live tree where somebody watches."""
    if format_name == "jsonl":
        from tiercel_server.cli.running.views.json_lines import JsonLinesView

        return JsonLinesView(sys.stdout)
    if format_name == "json":
        from tiercel_server.cli.running.views.json_document import JsonDocumentView

        return JsonDocumentView(sys.stdout, sys.stderr)
    if sys.stdout.isatty():
        from tiercel_server.cli.running.views.tree import TreeView

        return TreeView(log_level)
    from tiercel_server.cli.running.views.lines import LinesView

    return LinesView(sys.stdout, log_level)


__all__ = ["View", "view_for"]
