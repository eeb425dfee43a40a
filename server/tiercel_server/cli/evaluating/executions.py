"""Which past execution, and which task run of it, an expression is rendered against."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tiercel_engine.expressions import Renderer
from tiercel_engine.runtime import Surroundings
from tiercel_engine.runtime.rendering import ExecutionServices
from tiercel_engine.store import History, Search
from tiercel_server.cli.evaluating.project import without_keepers
from tiercel_server.cli.evaluating.replaying import end_of, last_start_of
from tiercel_server.cli.history.finding import named, workspace_at
from tiercel_server.cli.running.complaints import Refused
from tiercel_server.cli.running.neighbours import Neighbours
from tiercel_server.cli.running.preparing import project_at, services_in

if TYPE_CHECKING:
    from tiercel_engine.core.records import Execution, TaskRun
    from tiercel_schemas.versions import KestraVersion

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class PastRendering:
    """What an expression is rendered with: the variables of a past execution, and a renderer with its services."""

    context: dict[str, Any]
    renderer: Renderer


def past_rendering(
    execution_id: str, task: str | None, workspace: Path | None, version: KestraVersion | None
) -> PastRendering:
    """The variables of an execution after its end, or of a task as it last began; raises `Refused`.

    `execution_id` may be the beginning of an id, or `last`; `task` is the id of a task or of a task run.
    `version` comes before the execution's own.
    """
    with workspace_at(workspace) as found:
        root, history = found.place.root, found.history
        past_id = named(history, execution_id).id
        project = project_at(found.place.project_file)
        services = services_in(root, without_keepers(project), None)
        surroundings = Surroundings(services, globals=project.globals, envs=project.envs)
        moment = end_of(history, past_id, surroundings)
        if moment is None:
            raise Refused(f"The history holds nothing of what execution {past_id} did.")
        if task is None:
            context = moment.context(surroundings)
        else:
            run = _run_of(history, moment.execution, task)
            start = last_start_of(history, past_id, run.id, surroundings) or moment
            context = start.context_of_task(run.id, surroundings)
        errors = [line for line in history.lines(past_id) if line.get("level") == "ERROR"]
    flow = moment.execution.flow
    neighbours = Neighbours(root, flow.version, project.exclude)

    def knows_namespace(name: str) -> bool:
        spaces = {flow.namespace, *(namespace for namespace, _ in neighbours.all())}
        return any(f"{each}.".startswith(f"{name}.") for each in spaces)

    offered = ExecutionServices(services, knows_namespace, lambda: list(errors))
    return PastRendering(context, Renderer(version or flow.version, offered))


def _run_of(history: History, execution: Execution, task: str) -> TaskRun:
    """The last run of a task, or the run with this id; raises `Refused`."""
    runs = execution.ordered_task_runs()
    found = [run for run in runs if task in (run.task_id, run.id)]
    if found:
        return found[-1]
    known = list(dict.fromkeys(run.task_id for run in runs))
    near = difflib.get_close_matches(task, known, n=1)
    lines = [f"Execution {execution.id} has no run of a task '{task}'.{_did_you_mean(near)}"]
    iterations = _iterations_with(history, execution.id, task)
    if iterations:
        lines.append(f"It ran in an iteration of a Loop: --execution {' or '.join(iterations)}.")
    elif any(each.id == task for each in execution.flow.all_tasks()):
        lines.append("The flow has it, but it was not reached.")
    lines.append(f"Tasks that ran: {', '.join(known)}." if known else "No task ran.")
    raise Refused(*lines)


def _iterations_with(history: History, parent_id: str, task: str) -> list[str]:
    children = history.find(Search(parent_id=parent_id, with_children=True, limit=_SHOWN))
    loops = [history.execution(child.id) for child in children if child.kind == "LOOP"]
    return [loop.id for loop in loops if loop and any(run.task_id == task for run in loop.task_runs.values())]


def _did_you_mean(near: list[str]) -> str:
    return f" Did you mean '{near[0]}'?" if near else ""
