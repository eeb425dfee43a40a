"""Formats of graphs: `NAME_format.py` each, `render(graph) -> Iterator[str]` gives the lines (without line breaks).

`drawing/` places the boxes and lines of the picture.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pkgutil import iter_modules
from typing import Final

from tiercel_server.features.graph import Graph

_ENDING: Final = "_format"


def formats() -> tuple[str, ...]:
    """The names of the formats: one for each file beside this one."""
    names = sorted(module.name for module in iter_modules(__path__) if module.name.endswith(_ENDING))
    return tuple(name.removesuffix(_ENDING) for name in names)


def render(name: str, graph: Graph) -> Iterator[str]:
    """A graph in a format of `formats()`; only that format's module is imported."""
    if name not in formats():
        raise ValueError(f"no format of graphs: {name}")
    module = importlib.import_module(f"{__name__}.{name}{_ENDING}")
    lines: Iterator[str] = module.render(graph)
    return lines
