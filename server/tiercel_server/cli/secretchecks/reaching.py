"""The flows that a flow runs: those that its Subflow tasks name outright, and theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tiercel_schemas.model import Flow

_CALLERS = frozenset(f"io.kestra.plugin.core.flow.{name}" for name in ("Subflow", "ForEachItem"))


def reached(flow: Flow, find: Callable[[str, str], Flow | None]) -> Iterator[Flow]:
    """The flow first, then each other one once; those that the workspace does not have are left out."""
    seen = {(flow.namespace, flow.id)}
    queue = [flow]
    while queue:
        current = queue.pop(0)
        yield current
        for task in current.all_tasks():
            if task.type not in _CALLERS or task.disabled:
                continue
            target = (str(_property(task, "namespace")), str(_property(task, "flowId")))
            if target in seen or any("{{" in part for part in target):
                continue
            seen.add(target)
            called = find(*target)
            if called is not None:
                queue.append(called)


def _property(task: object, name: str) -> object:
    properties = getattr(task, "properties", {})
    return properties.get(name) if name in properties else getattr(task, name, None)
