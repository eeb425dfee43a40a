"""`tiercel executions`: what has been run in a workspace."""

from __future__ import annotations

import importlib
from typing import Final

import click

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


class ExecutionsGroup(click.Group):
    """A group that imports a subcommand when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, for help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The subcommand, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"tiercel_server.cli.history.{cmd_name}_command")
        command = module.command
        if not isinstance(command, click.Command):
            raise TypeError(f"tiercel_server.cli.history.{cmd_name}_command has no click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands from the table: help imports none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])


EPILOG: Final = """\b
Examples:
  tiercel executions list --state FAILED --since 7d
  tiercel executions show last
  tiercel executions logs last --follow
  tiercel executions restart last
  tiercel executions replay last --from transform"""


@click.command(
    cls=ExecutionsGroup,
    name="executions",
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
def command() -> None:
    """Look at what was run in a workspace, let it go on or run again, and clear it away."""
