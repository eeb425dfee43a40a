"""The files of a workspace that may hold flows, found and read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from tiercel_server.workspace.folders import Folders
from tiercel_server.workspace.index.entries import DocumentEntry, entry_of
from tiercel_server.workspace.snapshot import DocumentSnapshot

ENDINGS = (".yaml", ".yml")
LARGEST = 2_000_000
"""Bytes of the largest file that is looked at."""
_NOT_ENTERED = frozenset({"node_modules", "__pycache__"})


def find_files(roots: Iterable[Path]) -> Iterator[Path]:
    """The YAML files below some folders, in order; hidden folders are left out."""
    for root in roots:
        for parent, folders, files in os.walk(root):
            folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _NOT_ENTERED)
            for name in sorted(files):
                if name.endswith(ENDINGS):
                    yield Path(parent) / name


def read_snapshot(path: Path, folders: Folders) -> DocumentSnapshot | None:
    """The document in a file; None where it can't be read or is too large."""
    text = read_text(path)
    return folders.snapshot(path.as_uri(), text) if text is not None else None


def read_text(path: Path) -> str | None:
    """The text of a file; None where it can't be read or is too large."""
    try:
        if not path.is_file() or path.stat().st_size > LARGEST:
            return None
        # Line ends stay as they are: places count in the text as an editor has it.
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeError):
        return None


def read_entry(path: Path, folders: Folders) -> DocumentEntry | None:
    """What an index keeps of a file; None where that is nothing."""
    stamp = stamp_of(path)
    snapshot = read_snapshot(path, folders) if stamp is not None else None
    return entry_of(snapshot, stamp) if snapshot is not None and stamp is not None else None


def stamp_of(path: Path) -> tuple[int, int] | None:
    """Time and size of a file; None where there is none."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size
