"""What to say of a path that does not exist: where its link leads, or which name was meant."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

_CLOSE = 0.7


def broken_link(path: Path) -> str | None:
    """Where a link leads that leads nowhere; None for what is no link."""
    try:
        return str(path.readlink()) if os.path.lexists(path) else None
    except OSError:
        return None


def near_paths(path: Path, suffixes: tuple[str, ...] = ()) -> list[Path]:
    """The names beside a missing one that it may be a slip of, the nearest first; only such with one of `suffixes`.

    Names are compared without their endings: those are nearly always the same and tell nothing.
    """
    try:
        names = [each.name for each in path.parent.iterdir() if not suffixes or each.suffix in suffixes]
    except OSError:
        return []
    wanted = path.stem.lower()
    rated = [(difflib.SequenceMatcher(None, wanted, Path(name).stem.lower()).ratio(), name) for name in names]
    near = sorted((each for each in rated if each[0] >= _CLOSE and each[1] != path.name), reverse=True)
    return [path.parent / name for _, name in near[:3]]
