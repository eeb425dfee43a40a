"""`tiercel kv`: the key-value pairs of a workspace."""

from __future__ import annotations

from typing import Final

from tiercel_server.cli.subcommands import lazy_group

COMMANDS: Final = {
    "list": "List pairs, of one namespace or of all.",
    "get": "Print a value.",
    "set": "Store a value, with a type and a life span.",
    "delete": "Remove a pair.",
}
"""Each subcommand and its line of help; the code of `NAME` is `cli/keyvalues/NAME_command.py`."""

command = lazy_group(
    "kv",
    "tiercel_server.cli.keyvalues",
    COMMANDS,
    "Look at the key-value pairs that runs here see, and change them.",
    """\b
Examples:
  tiercel kv set limit 3 --type NUMBER --namespace company.team
  tiercel kv get limit --namespace company.team
  tiercel kv list --namespace company.team --format json""",
)
