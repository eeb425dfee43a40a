"""Where a file is, in the words of whoever reads the report: from the root of the repository, with `/`, or as a URI."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import PurePath
from typing import TypeVar
from urllib.parse import quote

_ROOTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
"""Variables by which GitHub and GitLab name the folder that paths in reports start from."""
_NO_BYTES = re.compile("[\ud800-\udc7f\udd00-\udfff]")
_Path = TypeVar("_Path", bound=PurePath)


def slashed(path: str) -> str:
    """A path as it was given, with `/` on every system."""
    return PurePath(path).as_posix()


def repository_path(path: str) -> str:
    """A path from the root of the repository that a pipeline works on, with `/`; outside of it as it was given."""
    return _in_repository(path).as_posix()


def repository_uri(path: str) -> str:
    """The same as a URI: relative inside the repository, else relative as given or `file:`."""
    return as_uri(_in_repository(path))


def relative_to_root(path: _Path, *, here: _Path, root: _Path) -> _Path:
    """A path, given from the folder `here`, from `root`; unchanged if it is not below. Pure: no file is looked at."""
    full, base = _straight(here / path), _straight(root)
    return full.relative_to(base) if full.is_relative_to(base) else path


def as_uri(path: PurePath) -> str:
    """A path as a URI reference; bytes of a file name that are no UTF-8 stay what they are."""
    clean = type(path)(_NO_BYTES.sub("\ufffd", str(path)))
    return clean.as_uri() if clean.is_absolute() else quote(clean.as_posix(), errors="surrogateescape")


def _in_repository(path: str) -> PurePath:
    here = os.getcwd()  # noqa: PTH109 - it is one half of a key
    return _placed(path, here, next((value for name in _ROOTS if (value := os.environ.get(name))), here))


@lru_cache(maxsize=1024)
def _placed(path: str, here: str, root: str) -> PurePath:
    # A file has many findings.
    return relative_to_root(PurePath(path), here=PurePath(here), root=PurePath(root))


def _straight(path: _Path) -> _Path:
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and len(parts) > 1:
            parts.pop()
        else:
            parts.append(part)
    return type(path)(*parts)
