"""Globs as Java's path matcher reads them: `*` within a folder, `**` across, `?`, `[a-z]`, `{a,b}`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache


def matches_any(path: str, globs: Iterable[str]) -> bool:
    """Whether a relative path (forward slashes) matches one of the globs; a leading slash means nothing."""
    return any(_pattern(glob.lstrip("/")).fullmatch(path) is not None for glob in globs)


def is_glob(text: str) -> bool:
    """Whether a name has characters that only a glob has."""
    return re.search(r"[*?\[{]", text) is not None


@lru_cache(maxsize=512)
def _pattern(glob: str) -> re.Pattern[str]:
    parts = []
    index, depth = 0, 0
    while index < len(glob):
        character = glob[index]
        if character == "*":
            deep = glob.startswith("**", index)
            parts.append(".*" if deep else "[^/]*")
            index += 2 if deep else 1
            continue
        if character == "[" and "]" in glob[index + 2 :]:
            end = glob.index("]", index + 2)
            inner = glob[index + 1 : end].replace("\\", "\\\\").replace("[", "\\[")
            parts.append(f"(?!/)[{'^' + inner[1:] if inner.startswith('!') else inner}]")
            index = end + 1
            continue
        if character == "\\" and index + 1 < len(glob):
            parts.append(re.escape(glob[index + 1]))
            index += 2
            continue
        if character == "{":
            depth += 1
        elif character == "}" and depth:
            depth -= 1
            parts.append(")")
            index += 1
            continue
        parts.append(_SPECIAL.get(character) or ("|" if character == "," and depth else re.escape(character)))
        index += 1
    text = "".join(parts) + ")" * depth
    try:
        return re.compile(text, re.DOTALL)
    except re.error:
        return re.compile(re.escape(glob))


_SPECIAL = {"?": "[^/]", "{": "(?:"}
