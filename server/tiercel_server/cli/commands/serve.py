"""`tiercel serve`: keeps the triggers of a workspace going, and serves webhooks, an API and a page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tiercel_server.serving.guard import Doorkeeping

_EPILOG = """\b
Examples:
  tiercel serve                          this folder, on http://127.0.0.1:8080
  tiercel serve flows/ --port 0          any free port; the first line says which
  TIERCEL_SERVE_TOKEN=… tiercel serve --host 0.0.0.0

Other machines reach it only with --host, and then it asks who they are: TIERCEL_SERVE_TOKEN in the environment (a
bearer token), or TIERCEL_SERVE_USER and TIERCEL_SERVE_PASSWORD (basic auth).

Exit code: 0 when it was told to stop (SIGTERM, Ctrl-C), 2 when it could not start."""


@click.command(name="serve", epilog=_EPILOG)
@click.argument(
    "folder", metavar="[DIR]", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Where to listen.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option(
    "--allowed-host", "allowed", multiple=True, metavar="NAME",
    help="Another name that requests may call this server by, as behind a tunnel.",
)  # fmt: skip
@click.option("--no-triggers", is_flag=True, help="Run nothing by itself: only what is asked for.")
@click.option("--runner", type=click.Choice(["auto", "process", "docker"]), help="Where script tasks run.")
@click.option("--max-parallel", type=click.IntRange(min=1), metavar="N", help="Tasks at work at once, at most.")
@click.option(
    "--max-body", type=click.IntRange(min=1), default=16, show_default=True, metavar="MB", help="Of a request."
)
@click.option(
    "--grace", type=click.FloatRange(min=0), default=10.0, show_default=True, metavar="SECONDS",
    help="What tasks at work get when the server is told to stop; what is not done runs again at the next start.",
)  # fmt: skip
@click.option(
    "--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Of standard error."
)
@click.option("--kestra-version", type=click.Choice(["1.3", "2.0"]), help="Default: what tiercel.yaml says, else 2.0.")
def command(  # noqa: PLR0913, PLR0917  (one parameter per option)
    folder: Path | None,
    host: str,
    port: int,
    allowed: tuple[str, ...],
    runner: str | None,
    max_parallel: int | None,
    max_body: int,
    grace: float,
    log_format: str,
    kestra_version: str | None,
    *,
    no_triggers: bool,
) -> None:
    """Serve the workspace DIR (default: this folder) until told to stop."""
    try:
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError:
        raise click.UsageError("tiercel serve needs the extra 'serve': pip install 'tiercel[serve]'") from None
    from tiercel_server.cli.running.complaints import Refused
    from tiercel_server.cli.serving import Wanted, run

    doors = _doors(host, allowed, max_body)
    try:
        run(Wanted(folder, host, port, doors, runner, max_parallel, grace, log_format, kestra_version, not no_triggers))
    except Refused as refusal:
        for line in refusal.lines:
            click.echo(f"Error: {line}" if line is refusal.lines[0] else line, err=True)
        raise SystemExit(2) from None


def _patience() -> float:
    """Seconds for which a client is waited for."""
    text = os.environ.get("TIERCEL_SERVE_PATIENCE", "30")
    try:
        return min(max(float(text), 0.1), 3600.0)
    except ValueError:
        raise click.UsageError("TIERCEL_SERVE_PATIENCE is a number of seconds") from None


def _doors(host: str, allowed: tuple[str, ...], max_body: int) -> Doorkeeping:
    from tiercel_server.serving.guard import LOOPBACK, Doorkeeping

    user, password = os.environ.get("TIERCEL_SERVE_USER"), os.environ.get("TIERCEL_SERVE_PASSWORD")
    token = os.environ.get("TIERCEL_SERVE_TOKEN") or None
    if (user is None) != (password is None):
        raise click.UsageError("TIERCEL_SERVE_USER and TIERCEL_SERVE_PASSWORD go together")
    is_local = host.lower() in LOOPBACK
    doors = Doorkeeping(
        user or None,
        password or "",
        token,
        hosts=LOOPBACK | {name.lower() for name in allowed} if is_local else None,
        largest_body=max_body * 1_000_000,
        patience=_patience(),
    )
    if not is_local and doors.is_open:
        raise click.UsageError(
            f"on {host} others reach this server, so it has to ask who they are: set TIERCEL_SERVE_TOKEN, or "
            "TIERCEL_SERVE_USER and TIERCEL_SERVE_PASSWORD"
        )
    return doors
