"""One value among outputs, named as an expression would name it: `fetch.body[0].name`, `fetch['x y']`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any

_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]|\['([^']*)'\]|\[\"([^\"]*)\"\]")
_SHOWN = 12


class UnknownPathError(LookupError):
    """Nothing is there; the text says where the path ends and what there is instead."""


def value_at(values: Any, path: str) -> Any:
    """The value that a path leads to; raises `UnknownPathError`."""
    place, behind = values, ""
    position = 0
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            raise UnknownPathError(f"'{path}' is no path: write names with dots, indexes in brackets")
        place = _step(place, match, behind)
        behind = path[: match.end()]
        position = match.end()
    return place


def _step(place: Any, match: re.Match[str], behind: str) -> Any:
    name = next((part for part in (match[1], match[3], match[4]) if part is not None), match[2])
    where = f"'{behind}'" if behind else "the outputs"
    if isinstance(place, Mapping):
        if name in place:
            return place[name]
        near = difflib.get_close_matches(name, [str(key) for key in place], n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        names = ", ".join(list(map(str, place))[:_SHOWN]) + (", …" if len(place) > _SHOWN else "")
        raise UnknownPathError(f"There is no '{name}' in {where}.{hint} It holds: {names or 'nothing'}.")
    if isinstance(place, list | tuple):
        if not name.isdecimal() or int(name) >= len(place):
            raise UnknownPathError(f"There is no '{name}' in {where}: it is a list of {len(place)}.")
        return place[int(name)]
    raise UnknownPathError(f"There is no '{name}' in {where}: it is no map and no list.")
