"""Task types of other packages, found by the entry points of the group `tiercel.tasks`.

The name of an entry point is a task type or the beginning of some (`com.example` for `com.example.greet.Hello`); what
it points to is a module whose import registers them. Nothing is imported before a flow asks for a type of that name,
and a package that can't be imported costs only the flows that use it.
"""

from __future__ import annotations

import importlib
from functools import cache
from importlib.metadata import EntryPoint, entry_points

GROUP = "tiercel.tasks"

_problems: dict[str, str] = {}


def import_extension(type_name: str) -> None:
    """Import the module of the package that offers a type, the one with the longest matching name."""
    found = [point for point in _offers() if _covers(point.name, type_name)]
    if not found:
        return
    point = max(found, key=lambda each: len(each.name))
    try:
        importlib.import_module(point.module)
    except Exception as error:  # noqa: BLE001 - another package's module may raise anything
        package = point.dist.name if point.dist is not None else point.module
        _problems[point.name] = f"package {package}, which offers it, can't be loaded: {type(error).__name__}: {error}"


def extension_problem(type_name: str) -> str | None:
    """Why the package that offers a type could not be loaded; None when no package was tried, or it was."""
    return next((told for name, told in _problems.items() if _covers(name, type_name)), None)


def _covers(offered: str, type_name: str) -> bool:
    return type_name == offered or type_name.startswith(f"{offered}.")


@cache
def _offers() -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=GROUP))
