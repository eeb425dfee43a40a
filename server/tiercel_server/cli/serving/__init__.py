"""`tiercel serve` from the command line: the workspace put together, the server run in it."""

from tiercel_server.cli.serving.running import Wanted, run

__all__ = ["Wanted", "run"]
