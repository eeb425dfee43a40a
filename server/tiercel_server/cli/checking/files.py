"""Which files to check: those named, and in folders the YAML files that git does not ignore."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

SUFFIXES = (".yaml", ".yml")
_SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "venv"})


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to look at; `named` when the user named it, not a folder around it."""

    path: Path
    named: bool


def pass_over(_folder: Path, _error: OSError) -> None:
    """Say nothing about a folder that can't be read."""


def find_files(
    paths: tuple[Path, ...], on_unreadable: Callable[[Path, OSError], None] = pass_over
) -> Iterator[FoundFile]:
    """The files behind paths, each once, in the order of the paths and then by name.

    A folder that can't be read is told to `on_unreadable` and passed over.
    """
    seen: set[Path] = set()
    for path in paths:
        found = _walk(path, on_unreadable) if path.is_dir() else iter((path,))
        for each in found:
            key = each.resolve()
            if key not in seen:
                seen.add(key)
                yield FoundFile(each, named=not path.is_dir())


def _walk(folder: Path, on_unreadable: Callable[[Path, OSError], None]) -> Iterator[Path]:
    ignored = _IgnoreRules(folder)
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            entries = _entries(here)
        except OSError as error:
            on_unreadable(here, error)
            continue
        ignored.enter(here)
        folders: list[Path] = []
        for entry in sorted(entries, key=lambda entry: entry.name):
            path = here / entry.name
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _SKIPPED_FOLDERS and not ignored.covers(path, is_folder=True):
                    folders.append(path)
            elif entry.name.endswith(SUFFIXES) and _is_regular(path) and not ignored.covers(path, is_folder=False):
                yield path
        waiting.extend(reversed(folders))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """What is in a folder; raises OSError, also for one that may be listed but not entered."""
    with os.scandir(folder) as entries:
        listed = list(entries)
    if listed:
        os.lstat(listed[0])
    return listed


def _is_regular(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        # A link into a folder that may not be entered.
        return False


class _IgnoreRules:
    """The `.gitignore` files around and in a folder; a deeper one wins over a higher one."""

    def __init__(self, folder: Path) -> None:
        self._rules: list[tuple[Path, GitIgnoreSpec]] = []
        top = folder.resolve()
        above: list[Path] = []
        for each in (top, *top.parents):
            above.append(each)
            if os.path.lexists(each / ".git"):
                for outer in reversed(above[1:]):
                    self.enter(outer)
                break

    def enter(self, folder: Path) -> None:
        """Take up a folder's own rules."""
        file = folder / ".gitignore"
        if not _is_regular(file):
            return
        from pathspec import GitIgnoreSpec

        try:
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
            self._rules.append((folder.resolve(), GitIgnoreSpec.from_lines(lines)))
        except (OSError, ValueError):
            return

    def covers(self, path: Path, *, is_folder: bool) -> bool:
        """Whether git would ignore a path."""
        if not self._rules:
            return False
        absolute = path.resolve()
        for base, spec in reversed(self._rules):
            if absolute.is_relative_to(base):
                name = absolute.relative_to(base).as_posix() + ("/" if is_folder else "")
                verdict = spec.check_file(name).include
                if verdict is not None:
                    return verdict
        return False
