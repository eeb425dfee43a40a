"""`tiercel triggers`: what starts executions in a workspace."""

from __future__ import annotations

from typing import Final

from tiercel_server.cli.subcommands import lazy_group

COMMANDS: Final = {
    "list": "List triggers, schedules with their next dates.",
    "run": "Run a flow as if a trigger had fired.",
}
"""Each subcommand and its line of help; the code of `NAME` is `cli/triggering/NAME_command.py`."""

EPILOG: Final = """\b
Examples:
  tiercel triggers list flows/ --count 3
  tiercel triggers run report.yaml daily --date 2026-01-31T09:00:00Z
  tiercel triggers run hook.yaml call --event body.json"""


command: Final = lazy_group(
    "triggers",
    "tiercel_server.cli.triggering",
    COMMANDS,
    "List what starts executions, and fire it by hand. `tiercel serve` keeps it going.",
    EPILOG,
)
