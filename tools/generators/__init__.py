"""Generators of what `python -m tools.generate` remakes, a file each.

A generator is a module with

- `generate(root: Path) -> Mapping[Path, bytes]`: every file it owns, by its path relative to the repository
  root, with its whole content. It reads and writes nothing outside the repository but its named source, and
  the same source always gives the same bytes. It raises `SourceMissingError` when its source
  is not there.
- `OWNED: tuple[Path, ...]`: folders (relative to the root) in which nothing but these files may stand; files
  found there that `generate` does not name are removed.
"""

from __future__ import annotations


class SourceMissingError(Exception):
    """What a generator reads is not on this machine; the message says where it was looked for."""
