"""Functions, filters and tests: each a small unit that registers itself under its name.

    @filter_unit("upper")
    def upper(value: Any, arguments: Arguments, run: Run) -> Any: ...

    @function_unit("kv")
    def kv(arguments: Arguments, run: Run) -> Any: ...

`arguments` holds what the author gave, by parameter name. Which versions know a unit, and its parameters, stand in
`tiercel_schemas.expressions.signatures`. Units raise `PebbleError` or `JavaError`.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tiercel_engine.expressions.budget import Budget
    from tiercel_engine.expressions.services import RenderServices
    from tiercel_schemas.versions import KestraVersion

Arguments: TypeAlias = dict[str, Any]


class Run(Protocol):
    """What a unit sees of the rendering that calls it."""

    @property
    def version(self) -> KestraVersion:
        """The version whose rules hold."""

    @property
    def services(self) -> RenderServices:
        """The surroundings."""

    @property
    def budget(self) -> Budget:
        """What is left of the limits."""

    def find(self, name: str) -> Any:
        """The value of a variable, None when there is none."""

    def variables(self) -> Mapping[str, Any]:
        """All variables that are visible here."""

    def render_again(self, value: Any, passes: int) -> Any:
        """Renders the texts inside a value, each at most `passes` times while something is left to render."""

    def print_block(self, name: str) -> str:
        """The text of a block of the template, nothing when it has none of the name."""

    def changed_list(self, original: Any, items: list[Any]) -> list[Any]:
        """Remembers that a list was changed in place; returns its new content."""


FilterUnit: TypeAlias = "Callable[[Any, Arguments, Run], Any]"
FunctionUnit: TypeAlias = "Callable[[Arguments, Run], Any]"

_filters: dict[str, FilterUnit] = {}
_functions: dict[str, FunctionUnit] = {}
_tests: dict[str, FilterUnit] = {}
_Unit = TypeVar("_Unit")


def filter_unit(*names: str) -> Callable[[_Unit], _Unit]:
    """Registers a filter."""
    return _registration(_filters, names)


def function_unit(*names: str) -> Callable[[_Unit], _Unit]:
    """Registers a function."""
    return _registration(_functions, names)


def test_unit(*names: str) -> Callable[[_Unit], _Unit]:
    """Registers a test."""
    return _registration(_tests, names)


def _registration(units: dict[str, Any], names: tuple[str, ...]) -> Callable[[_Unit], _Unit]:
    def register(unit: _Unit) -> _Unit:
        for name in names:
            if name in units:
                msg = f"{name} is registered twice"
                raise ValueError(msg)
            units[name] = unit
        return unit

    return register


@cache
def filters() -> Mapping[str, FilterUnit]:
    """Every filter by name."""
    _load("filters")
    return _filters


@cache
def functions() -> Mapping[str, FunctionUnit]:
    """Every function by name."""
    _load("functions")
    return _functions


@cache
def tests() -> Mapping[str, FilterUnit]:
    """Every test by name."""
    _load("tests")
    return _tests


def _load(folder: str) -> None:
    package = importlib.import_module(f"tiercel_engine.expressions.{folder}")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
