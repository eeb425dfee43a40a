"""Mending of files by the fixes of their findings."""

from __future__ import annotations

import codecs
import difflib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tiercel_schemas.diagnostics import Diagnostic
from tiercel_server.rules import diagnose
from tiercel_server.rules.fixes import Fix, apply_fixes, fix_of
from tiercel_server.workspace.snapshot import DocumentSnapshot

_ROUNDS = 10
"""One fix may bring up the next; after so many rounds the rest is left."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A text after its fixes, and how many were made."""

    snapshot: DocumentSnapshot
    count: int


def mend(snapshot: DocumentSnapshot, wanted: Callable[[Fix], bool], reported: Callable[[Diagnostic], bool]) -> Mended:
    """Apply the fixes that are wanted, of findings that are reported, until there are none left."""
    count = 0
    for _ in range(_ROUNDS):
        findings = (each for each in diagnose(snapshot) if reported(each))
        fixes = [fix for each in findings if (fix := fix_of(each, snapshot.text)) is not None and wanted(fix)]
        text, made = apply_fixes(snapshot.text.text, fixes)
        if not made or text == snapshot.text.text:
            break
        count += made
        snapshot = DocumentSnapshot(
            snapshot.name,
            text,
            settings=snapshot.settings,
            kestra_version=snapshot.kestra_version,
            catalog=snapshot.catalog,
        )
    return Mended(snapshot, count)


def difference(before: DocumentSnapshot, after: DocumentSnapshot) -> Iterator[str]:
    """A unified diff, line by line without line breaks."""
    lines = (before.text.text.splitlines(), after.text.text.splitlines())
    yield from difflib.unified_diff(*lines, fromfile=before.name, tofile=after.name, lineterm="")


def write_text(path: Path, text: str) -> None:
    """Put a text in the place of a file's, its encoding and mode kept; the file is whole at any moment.

    Raises:
        OSError: if the file can't be written.
    """
    target = path.resolve()
    start = target.read_bytes()[:4]
    encoding = "utf-8"
    if start.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    elif start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode(encoding))
        Path(name).chmod(target.stat().st_mode)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
