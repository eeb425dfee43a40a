"""Words that several rules share."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_SHORT = 4


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant; a difference of case, `-` and `_` counts little."""
    names = list(known)
    folded = {_fold(each): each for each in names}
    if (same := folded.get(_fold(name))) is not None and same != name:
        return same
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6 if len(name) <= _SHORT else 0.7)
    return close[0] if close else None


def suggestion(name: str, known: Iterable[str]) -> str:
    """` Did you mean …?` or nothing."""
    found = nearest(name, known)
    return f" Did you mean `{found}`?" if found is not None else ""


def listed(names: Iterable[str], limit: int = 6) -> str:
    """Names in code quotes, the first few of many."""
    all_names = list(names)
    shown = ", ".join(f"`{each}`" for each in all_names[:limit])
    return shown if len(all_names) <= limit else f"{shown} and {len(all_names) - limit} more"


def _fold(name: str) -> str:
    return name.replace("-", "").replace("_", "").lower()
