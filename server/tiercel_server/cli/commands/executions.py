"""`tiercel executions`: what has been run in a workspace."""

from __future__ import annotations

from typing import Final

from tiercel_server.cli.subcommands import lazy_group

COMMANDS: Final = {
    "list": "List executions, the newest first.",
    "show": "Show one: task runs, states, times, outputs.",
    "logs": "Print what one wrote to the log.",
    "outputs": "Print what one put out, or one value of it.",
    "files": "List, print or save the files of one.",
    "follow": "Watch one until it ends.",
    "kill": "Kill one, whichever process runs it.",
    "resume": "Let one go on that waits at a Pause or a breakpoint.",
    "restart": "Run what failed, or was cut off, again.",
    "replay": "Run one again as a new one, from its start or a task.",
    "state": "Put the end of a task run right, and go on from there.",
    "delete": "Delete some, with logs and files.",
    "purge": "Delete all that match.",
}
"""Each subcommand and its line of help; the code of `NAME` is `cli/history/NAME_command.py`."""

EPILOG: Final = """\b
Examples:
  tiercel executions list --state FAILED --since 7d
  tiercel executions show last
  tiercel executions logs last --follow
  tiercel executions restart last
  tiercel executions replay last --from transform"""


command: Final = lazy_group(
    "executions",
    "tiercel_server.cli.history",
    COMMANDS,
    "Look at what was run in a workspace, let it go on or run again, and clear it away.",
    EPILOG,
)
