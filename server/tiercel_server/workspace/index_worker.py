"""A process of its own that reads the files of a large workspace: `python -m tiercel_server.workspace.index_worker`.

It is told what to read as one JSON object on standard input (`version`, `roots`, `paths`) and answers on standard
output with pickled lists of `(path, entry)`, each behind its length in eight bytes. So an editor's server goes on
answering while thousands of flows are read.
"""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import os
import pickle
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tiercel_schemas.versions import KestraVersion
from tiercel_server.workspace.files import read_entry
from tiercel_server.workspace.folders import Folders
from tiercel_server.workspace.index.entries import DocumentEntry

logger = logging.getLogger(__name__)
HEADER = struct.Struct(">Q")
Read = tuple[str, DocumentEntry | None]
_TOGETHER = 10
"""Entries in an answer: taking it in must not hold up the editor."""


def read_files(paths: list[str], folders: Folders) -> Iterator[Read]:
    """The entries of files, in their order; what goes wrong with one leaves that one out."""
    for path in paths:
        try:
            yield path, read_entry(Path(path), folders)
        except Exception:
            logger.exception("%s could not be looked at", path)
            yield path, None


def read_answer(body: bytes) -> list[Read]:
    """What a worker wrote behind a header."""
    # Our own process wrote it: nothing of a document is executed here.
    found: list[Read] = pickle.loads(body)  # noqa: S301
    return found


def order(paths: list[str], folders: Folders) -> bytes:
    """What a worker is told to do."""
    version = folders.kestra_version
    told = {
        "version": version.value if version is not None else None,
        "roots": [str(root) for root in folders.roots],
        "paths": paths,
    }
    return json.dumps(told).encode()


def main() -> None:
    """Read what is told, answer, end."""
    # The editor's own work comes first.
    with contextlib.suppress(AttributeError, OSError):
        os.nice(5)
    # Trees of flows refer to themselves in part, and each is needed for a moment only.
    gc.set_threshold(20_000, 20, 100)
    told: dict[str, Any] = json.loads(sys.stdin.buffer.read())
    version = KestraVersion(told["version"]) if told["version"] is not None else None
    folders = Folders([Path(root) for root in told["roots"]], version)
    together: list[Read] = []
    with contextlib.suppress(BrokenPipeError):
        for read in read_files(told["paths"], folders):
            together.append(read)
            if len(together) >= _TOGETHER:
                _answer(together)
                together = []
        _answer(together)


def _answer(found: list[Read]) -> None:
    body = pickle.dumps(found, protocol=pickle.HIGHEST_PROTOCOL)
    sys.stdout.buffer.write(HEADER.pack(len(body)) + body)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
