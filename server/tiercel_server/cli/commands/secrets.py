"""`tiercel secrets`: what a flow needs of them."""

from __future__ import annotations

from typing import Final

from tiercel_server.cli.subcommands import lazy_group

COMMANDS: Final = {
    "check": "Say which secrets a flow reads, and which are missing.",
}
"""Each subcommand and its line of help; the code of `NAME` is `cli/secretchecks/NAME_command.py`."""

command = lazy_group(
    "secrets",
    "tiercel_server.cli.secretchecks",
    COMMANDS,
    "Look after the secrets that flows read; no value is ever shown.",
    """\b
Examples:
  tiercel secrets check flow.yaml
  tiercel secrets check flow.yaml --format json""",
)
