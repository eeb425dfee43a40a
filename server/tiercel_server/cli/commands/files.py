"""`tiercel files`: the namespace files of a workspace."""

from __future__ import annotations

from typing import Final

from tiercel_server.cli.subcommands import lazy_group

COMMANDS: Final = {
    "list": "List files, by globs.",
    "tree": "Show files as a tree.",
    "cat": "Print a file, or an earlier version of it.",
    "put": "Store a file, as a new version.",
    "rm": "Remove a file; its versions stay.",
    "versions": "List the versions of a file.",
}
"""Each subcommand and its line of help; the code of `NAME` is `cli/namespacefiles/NAME_command.py`."""

command = lazy_group(
    "files",
    "tiercel_server.cli.namespacefiles",
    COMMANDS,
    "Look at the namespace files that runs here see, and change them.",
    """\b
Examples:
  tiercel files put query.sql sql/query.sql --namespace company.team
  tiercel files cat sql/query.sql --namespace company.team --version 1
  tiercel files list --namespace company.team --include '**.sql'""",
)
