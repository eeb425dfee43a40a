"""Conditions by the names of their types."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tiercel_engine.expressions import RenderError
from tiercel_engine.triggers.flow.upstream import Upstream
from tiercel_schemas.model import Flow

PREFIX = "io.kestra.plugin.core.condition."
MULTIPLE = PREFIX + "MultipleCondition"
Condition = Callable[[Mapping[str, Any], Upstream], bool]
"""Whether a condition, as written, holds for an execution; raises `RenderError`."""

_CONDITIONS: dict[str, Condition] = {}
_OLD_PREFIX = "io.kestra.core.models.conditions.types."


def condition(*names: str) -> Callable[[Condition], Condition]:
    """Register a condition under its names, without prefix."""

    def register(found: Condition) -> Condition:
        for name in names:
            _CONDITIONS[PREFIX + name] = found
        return found

    return register


def kind_of(written: Mapping[str, Any]) -> str:
    """The real name of a condition's type: old packages and the ending `Condition` are taken off."""
    name = str(written.get("type") or "")
    name = PREFIX + name.removeprefix(_OLD_PREFIX) if name.startswith(_OLD_PREFIX) else name
    return name if name in _CONDITIONS or name == MULTIPLE else name.removesuffix("Condition")


def holds(written: Any, upstream: Upstream) -> bool:
    """Whether one condition holds; an unknown kind never does. Raises `RenderError`."""
    if not isinstance(written, Mapping):
        return False
    found = _CONDITIONS.get(kind_of(written))
    return found is not None and found(written, upstream)


def all_hold(written: Iterable[Any], flow: Flow, upstream: Upstream) -> bool:
    """Whether all conditions of a flow's trigger or listener hold, those over several executions left out."""
    plain = (each for each in written if not isinstance(each, Mapping) or kind_of(each) != MULTIPLE)
    return all(told(each, flow, upstream) for each in plain)


def told(written: Any, flow: Flow, upstream: Upstream) -> bool:
    """As `holds`, for a flow; what fails to render counts as false, and `upstream.warn` hears of it."""
    try:
        return holds(written, upstream.seen_by(flow))
    except RenderError as error:
        complain(flow, _shown(written), error, upstream)
        return False


def complain(flow: Flow, shown: str, error: RenderError, upstream: Upstream) -> None:
    """Say that what a flow waits for could not be evaluated."""
    where = f"[namespace: {flow.namespace}] [flow: {flow.id}] [condition: {shown}]"
    upstream.warn(f"{where} Evaluate Condition Failed with error '{error.message}'")


def _shown(written: Mapping[str, Any]) -> str:
    name = kind_of(written).rpartition(".")[2]
    return f"{name}(expression={written['expression']})" if "expression" in written else name


def text_of(written: Mapping[str, Any], name: str, upstream: Upstream) -> str:
    """A property that may be a template, as text; raises `RenderError`."""
    value = str(written.get(name) or "")
    return upstream.render(value, upstream.context) if "{" in value else value
