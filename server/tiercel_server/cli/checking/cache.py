"""Findings that are kept from one check to the next, below the `.tiercel` folder of a workspace.

A text file: a line that names the build, then a line a text: key, checksum and what was found out, as JSON. The key is
a digest of all that the findings hang on (`fingerprints`), so a line is right or is never asked for; what is broken,
cut off or of another build counts as absent. The file is replaced as a whole; of two checks that end at once the later
one takes up what the other wrote. Lines that were asked for longest ago stand first, and go first when there are too
many.
"""

from __future__ import annotations

import json
import os
import tempfile
import zlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tiercel_server.cli.checking import plain
from tiercel_server.cli.checking.sources import Checked, Survey
from tiercel_server.workspace.settings import PROJECT_FILE

STATE_FOLDER = ".tiercel"
FOLDER, FILE = "cache", "check.jsonl"
LARGEST = 16 * 1024 * 1024
"""Bytes that the file may have."""

_HEAD = b"tiercel check 1 "


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was found out about a text; `flows` is the digest of the workspace that it was looked up in."""

    survey: Survey
    checked: Checked | None
    flows: str

    def holds_in(self, flows: str) -> bool:
        """Whether the findings are those of a workspace of this digest."""
        return self.checked is not None and (not self.checked.asked or self.flows == flows)


def cache_root(folder: Path) -> Path | None:
    """The folder whose `.tiercel` may hold a cache: the nearest that is a project's or a repository's.

    One that only has a `.tiercel` counts from the current folder downwards: above it may lie a stranger's.
    """
    current = Path.cwd()
    for each in (folder, *folder.parents):
        if (each / PROJECT_FILE).is_file() or (each / ".git").exists():
            return each
        if (each == folder or each.is_relative_to(current)) and (each / STATE_FOLDER).is_dir():
            return each
    return None


class CheckCache:
    """The kept findings of one workspace and one build of Tiercel. Nothing that goes wrong here is ever raised."""

    def __init__(self, root: Path, build: str) -> None:
        self._state = root / STATE_FOLDER
        self._path = self._state / FOLDER / FILE
        self._head = _HEAD + build.encode()
        self._lines = self._read()
        self._used: dict[bytes, bytes] = {}
        self._is_new = False

    def find(self, key: str) -> Remembered | None:
        """What is kept under a key."""
        name = key.encode()
        line = self._lines.get(name)
        found = _decoded(line) if line is not None else None
        if line is not None and found is not None:
            self._used[name] = line
        return found

    def keep(self, key: str, remembered: Remembered) -> None:
        """Keep something under a key, once `save` is called."""
        body = plain.compact(
            [
                plain.survey_to_plain(remembered.survey),
                plain.checked_to_plain(remembered.checked) if remembered.checked is not None else None,
                remembered.flows,
            ]
        ).encode()
        name = key.encode()
        self._used[name] = b"%s %08x %s" % (name, zlib.crc32(body), body)
        self._is_new = True

    def save(self) -> None:
        """Write what is new; where that is not possible, nothing is written."""
        if not self._is_new or self._is_elsewhere():
            return
        kept = {name: line for name, line in self._read().items() if name not in self._used}
        lines = _newest((*kept.values(), *self._used.values()))
        with suppress(OSError):
            self._write(b"\n".join([self._head, *lines, b""]))

    def _read(self) -> dict[bytes, bytes]:
        try:
            if self._is_elsewhere() or not self._path.is_file() or self._path.stat().st_size > 2 * LARGEST:
                return {}
            head, *lines = self._path.read_bytes().split(b"\n")
        except OSError:
            return {}
        return {line.partition(b" ")[0]: line for line in lines if line} if head == self._head else {}

    def _is_elsewhere(self) -> bool:
        # A repository must not make a check write outside of it.
        return self._state.is_symlink() or self._path.parent.is_symlink()

    def _write(self, data: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        ignore = self._state / ".gitignore"
        if not os.path.lexists(ignore):
            ignore.write_text("*\n", encoding="utf-8")
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".check.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).replace(self._path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _decoded(line: bytes) -> Remembered | None:
    try:
        _, checksum, body = line.split(b" ", 2)
        if int(checksum, 16) != zlib.crc32(body):
            return None
        survey, checked, flows = json.loads(body)
        found = plain.checked_from_plain(checked) if checked is not None else None
        return Remembered(plain.survey_from_plain(survey), found, flows)
    except (ValueError, TypeError, RecursionError):
        return None


def _newest(lines: Iterable[bytes]) -> list[bytes]:
    chosen: list[bytes] = []
    room = LARGEST
    for line in reversed(tuple(lines)):
        room -= len(line) + 1
        if room < 0:
            break
        chosen.append(line)
    return chosen[::-1]
