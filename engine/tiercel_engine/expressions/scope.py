"""What functions read from the variables of a rendering."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiercel_engine.expressions.errors import JavaError
from tiercel_engine.expressions.texts import java_text

if TYPE_CHECKING:
    from tiercel_engine.expressions.registry import Run


def flow_namespace(run: Run) -> str:
    """The namespace of the flow. Raises JavaError without one."""
    flow = run.find("flow")
    if not isinstance(flow, dict):
        raise JavaError("NullPointerException", 'Cannot invoke "java.util.Map.get(Object)" because "flow" is null')
    return java_text(flow.get("namespace"))


def upwards(namespace: str) -> list[str]:
    """A namespace and its parents, nearest first."""
    steps = namespace.split(".")
    return [".".join(steps[:count]) for count in range(len(steps), 0, -1)]
