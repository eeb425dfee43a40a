"""The `tiercel` command: its subcommands are read only when they are called, so that each starts fast."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Final

import click

from tiercel_schemas import __version__
from tiercel_server.cli.streams import StreamError, flush_output, give_up_output, settle_streams

COMMANDS: Final = {
    "check": "Report what is wrong in flows.",
    "eval": "Render one expression.",
    "executions": "Look at what was run here, and take it up again.",
    "explain": "Tell what a rule is about, with examples.",
    "files": "Look at namespace files, and change them.",
    "graph": "Show what runs when in a flow, or which flows start which.",
    "init": "Write a tiercel.yaml, or set the Kestra version in one.",
    "kv": "Look at key-value pairs, and change them.",
    "lsp": "Run the language server.",
    "run": "Run a flow on this machine.",
    "schema": "Print the JSON Schema of flows, or take in that of a server.",
    "secrets": "Say which secrets a flow needs, and which are missing.",
    "test": "Run unit tests of flows.",
    "serve": "Serve a workspace: triggers, webhooks, an API, a page.",
    "triggers": "List triggers with their next dates, or fire one.",
}
"""Each command and its line of help; the code of `NAME` is `commands/NAME.py`, its click command is named `command`."""

EPILOG: Final = """\b
Examples:
  tiercel check flows/            every flow below a folder
  tiercel run hello.yaml          run a flow, here and now
  tiercel eval '{{ 1 + 2 }}'      render an expression

A `tiercel.yaml` at the root of a workspace sets the Kestra version and more."""


DEBUG_VARIABLE: Final = "TIERCEL_DEBUG"
FAULT_EXIT: Final = 70


class LazyGroup(click.Group):
    """A group that knows its commands' names and imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, for help."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"tiercel_server.cli.commands.{cmd_name}")
        command = module.command
        if not isinstance(command, click.Command):
            raise TypeError(f"tiercel_server.cli.commands.{cmd_name} has no click command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; for an unknown one the nearest name is told."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            ctx.fail(f"No such command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; for an unknown option only one that is really near is told."""
        try:
            return super().invoke(ctx)
        except click.NoSuchOption as error:
            near = difflib.get_close_matches(error.option_name, error.possibilities or (), cutoff=0.75)
            raise click.NoSuchOption(error.option_name, possibilities=near, ctx=error.ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands from the table: help imports none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])


@click.group(
    cls=LazyGroup,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "--version", "-V", prog_name="tiercel", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Check, complete and run Kestra flows, without a server."""
    if os.environ.get("NO_COLOR"):
        context.color = False


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code.

    0, 1 or 2 as each command says, 2 also for a standard stream that can't be used; 70 for a fault of Tiercel itself,
    so that a pipeline can tell it from findings.
    """
    try:
        settle_streams()
        _run_to_the_end(arguments)
    except BrokenPipeError:
        # Whoever read our output has seen enough (`tiercel check | head`).
        sys.stderr.close()
        sys.exit(141)
    except Exception as error:
        unusable = _stream_error_in(error)
        if unusable is not None:
            give_up_output()
            click.echo(f"Error: {unusable}.", err=True)
            sys.exit(2)
        if os.environ.get(DEBUG_VARIABLE):
            raise
        click.echo(f"tiercel: a fault of Tiercel itself, please report it: {type(error).__name__}: {error}", err=True)
        click.echo(f"{DEBUG_VARIABLE}=1 in the environment shows where.", err=True)
        sys.exit(FAULT_EXIT)


def _run_to_the_end(arguments: Sequence[str] | None) -> None:
    try:
        cli.main(args=list(arguments) if arguments is not None else None, prog_name="tiercel")
    except SystemExit:
        flush_output()
        raise


def _stream_error_in(error: BaseException) -> StreamError | None:
    if isinstance(error, BaseExceptionGroup):
        return next((found for each in error.exceptions if (found := _stream_error_in(each)) is not None), None)
    return error if isinstance(error, StreamError) else None
