"""`tiercel lsp`: the language server."""

from __future__ import annotations

import click


@click.command()
@click.option("--stdio", is_flag=True, help="Speak over standard input and output (the default).")
@click.option("--tcp", metavar="HOST:PORT", help="Listen on a TCP address instead, for one client.")
@click.option("--log", type=click.Choice(["debug", "info", "warning", "error"]), default="warning", show_default=True,
              help="How much to tell on standard error.")  # fmt: skip
def command(tcp: str | None, log: str, *, stdio: bool) -> None:
    """Run the language server; editors start it by themselves.

    It tells what is wrong in Kestra flows as they are typed, completes and explains them, and runs them on request.
    """
    import gc

    # Reading the code makes hardly any garbage; the server collects again as soon as it has warmed up.
    gc.disable()
    from tiercel_server.lsp.serving import serve_stdio, serve_tcp

    del stdio  # Some clients always add it; there is no other way but --tcp.
    if tcp is None:
        serve_stdio(log)
    host, separator, port = tcp.rpartition(":")
    if not separator or not port.isdigit() or int(port) > 65535:
        raise click.BadParameter(f"'{tcp}' is no HOST:PORT, such as 127.0.0.1:2087.", param_hint="--tcp")
    try:
        serve_tcp(host or "127.0.0.1", int(port), log)
    except OSError as error:
        reason = error.strerror or str(error)
        raise click.BadParameter(f"Can't listen on {tcp}: {reason}.", param_hint="--tcp") from None
