"""What must hold across a whole flow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tiercel_schemas.model.problems import ModelProblem
from tiercel_schemas.model.task import CORE

if TYPE_CHECKING:
    from tiercel_schemas.model.flow import Flow


def flow_problems(flow: Flow) -> Iterator[ModelProblem]:
    """Kestra's flow-wide checks, in its words."""
    yield from _duplicates("tasks", "task id", (task.id for task in flow.all_tasks()))
    yield from _duplicates("triggers", "trigger id", (trigger.id for trigger in flow.triggers))
    yield from _duplicates("inputs", "input", (found.id for found in flow.inputs))
    yield from _duplicates("outputs", "output", (output.id for output in flow.outputs))
    yield from _self_call(flow)
    yield from _system_labels(flow)
    yield from _input_dependencies(flow)


def _duplicates(key: str, what: str, names: Iterable[str]) -> Iterator[ModelProblem]:
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        yield ModelProblem((key,), f"Invalid Flow: Duplicate {what} with name [{', '.join(repeated)}]")


def _self_call(flow: Flow) -> Iterator[ModelProblem]:
    for task in flow.all_tasks():
        if (
            task.type == CORE + "flow.Subflow"
            and task.properties.get("flowId") == flow.id
            and task.properties.get("namespace") == flow.namespace
        ):
            yield ModelProblem(("tasks",), f"Invalid Flow: Recursive call to flow [{flow.namespace}.{flow.id}]")
            return


def _system_labels(flow: Flow) -> Iterator[ModelProblem]:
    for label in flow.labels:
        if label.key.startswith("system.") and label.key != "system.readOnly":
            yield ModelProblem(
                ("labels",),
                "Invalid Flow: System labels can only be set by Kestra itself, "
                f"offending label: {label.key}={label.value}",
            )


def _input_dependencies(flow: Flow) -> Iterator[ModelProblem]:
    needs = {found.id: tuple(found.depends_on.inputs) for found in flow.inputs if found.depends_on}
    known = {found.id for found in flow.inputs}
    for name, wanted in needs.items():
        for other in wanted:
            if other not in known:
                message = f"Invalid Flow: Input with id '{name}' depends on a non-existent input '{other}'."
                yield ModelProblem(("inputs",), message)
        reached = _reachable(name, needs)
        if name in reached:
            circle = f"[{', '.join([name, *(other for other in reached if other != name)])}]"
            message = f"Invalid Flow: Cycle dependency detected for input with id '{name}': {circle}"
            yield ModelProblem(("inputs",), message)


def _reachable(start: str, needs: dict[str, tuple[str, ...]]) -> list[str]:
    found: list[str] = []
    waiting = list(needs.get(start, ()))
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found.append(name)
            waiting.extend(needs.get(name, ()))
    return found
