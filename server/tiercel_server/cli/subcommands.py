"""Groups of subcommands that are imported one by one, when each is asked for."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping

import click

CONTEXT_SETTINGS: Mapping[str, object] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def lazy_group(name: str, package: str, table: Mapping[str, str], help_text: str, epilog: str) -> click.Group:
    """A group whose `NAME` is the `command` of `package.NAME_command`; `table` has a line of help for each."""

    class Subcommands(click.Group):
        """Knows its subcommands' names; help imports none of them."""

        def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
            """The names, for help."""
            return list(table)

        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
            """The subcommand, imported now."""
            if cmd_name not in table:
                return None
            found = importlib.import_module(f"{package}.{cmd_name}_command").command
            if not isinstance(found, click.Command):
                raise TypeError(f"{package}.{cmd_name}_command has no click command")
            return found

        def resolve_command(
            self, ctx: click.Context, args: list[str]
        ) -> tuple[str | None, click.Command | None, list[str]]:
            """The subcommand that the arguments name; for an unknown one the nearest name is told."""
            if args and args[0] not in table and not args[0].startswith("-"):
                near = difflib.get_close_matches(args[0], table, n=1)
                ctx.fail(f"No such command '{args[0]}'." + (f" Did you mean '{near[0]}'?" if near else ""))
            return super().resolve_command(ctx, args)

        def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
            """The list of commands from the table."""
            with formatter.section("Commands"):
                formatter.write_dl(list(table.items()))

    return Subcommands(name=name, help=help_text, epilog=epilog, context_settings=dict(CONTEXT_SETTINGS))
