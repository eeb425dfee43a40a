"""`tiercel test --watch`: runs suites again whenever a file of their workspaces changes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import click

from tiercel_server.cli.running.complaints import Refused
from tiercel_server.cli.running.watching import file_marks, wait_for_change
from tiercel_server.cli.testing.asking import Asked
from tiercel_server.cli.testing.performing import Found, find, performed
from tiercel_server.cli.testing.snapshots import FOLDER

INTERRUPTED = 130
_MOST_FILES = 5_000
_NAMED = 8
_NOT_ENTERED = frozenset({"node_modules", "__pycache__", FOLDER})


def watch(asked: Asked) -> int:
    """Run until Ctrl-C; the exit code is 130. Raises `Refused` where there is nothing to begin with."""
    found: Found | None = find(asked)
    roots = _roots(asked, found)
    try:
        while True:
            known = _files_of(roots)
            marks = file_marks(known)
            try:
                found = find(asked)
                performed(asked, found)
                roots = _roots(asked, found)
            except Refused as refusal:
                for number, line in enumerate(refusal.lines):
                    click.echo(line if number else f"Error: {line}", err=True)
            click.echo(f"Watching {len(known)} files; Ctrl-C leaves.", err=True)
            changed = wait_for_change(partial(_files_of, roots), marks)
            names = ", ".join(sorted({path.name for path in changed})[:_NAMED])
            click.echo(f"\n{datetime.now().astimezone():%H:%M:%S} changed: {names}", err=True)
    except KeyboardInterrupt:
        return INTERRUPTED


def _roots(asked: Asked, found: Found | None) -> frozenset[Path]:
    roots = {Path(path).resolve() for path in asked.paths or (".",)}
    if found is not None:
        roots |= {suite.home.root for suite in found.suites}
    return frozenset(roots)


def _files_of(roots: frozenset[Path]) -> frozenset[Path]:
    return frozenset(_files(roots))


def _files(roots: frozenset[Path]) -> Iterator[Path]:
    """The files that a run may depend on: all that are visible in the workspaces."""
    count = 0
    for root in roots:
        if root.is_file():
            yield root
        for parent, folders, files in os.walk(root):
            folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _NOT_ENTERED)
            for name in files:
                count += 1
                if count > _MOST_FILES:
                    return
                yield Path(parent) / name
