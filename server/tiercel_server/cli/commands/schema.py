"""`tiercel schema`: prints the JSON Schema of flows, and takes in that of a Kestra server."""

from __future__ import annotations

import importlib
from typing import Final

import click

COMMANDS: Final = {
    "print": "Print the JSON Schema of a flow or a type (the default).",
    "import": "Make the plugins in a server's schema file known.",
    "pull": "Make the plugins of a Kestra server known.",
}
"""Each subcommand and its line of help; the code of `NAME` is `cli/schemas/NAME_command.py`."""


class SchemaGroup(click.Group):
    """A group that prints when no subcommand is named: `tiercel schema`, `tiercel schema log.Log --output FILE`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, for help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The subcommand, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"tiercel_server.cli.schemas.{cmd_name}_command")
        command = module.command
        if not isinstance(command, click.Command):
            raise TypeError(f"tiercel_server.cli.schemas.{cmd_name}_command has no click command")
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """What is no subcommand's name belongs to `print`."""
        if not (args and (args[0] in COMMANDS or args[0] in self.get_help_option_names(ctx))):
            args = ["print", *args]
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands from the table: help imports none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])


EPILOG: Final = """\b
Examples:
  tiercel schema --output kestra-flow.json        for yaml-language-server
  tiercel schema log.Log                          one type
  tiercel schema pull --url http://localhost:8080 a server's own plugins"""


@click.command(
    cls=SchemaGroup,
    name="schema",
    epilog=EPILOG,
    subcommand_metavar="[TYPE] [OPTIONS] | COMMAND [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
def command() -> None:
    """Print the JSON Schema of a flow, or of one TYPE; or take in that of a Kestra server."""
