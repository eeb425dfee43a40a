"""The task run of an execution that a name means."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiercel_engine.core.records import Execution, TaskRun


def task_run_named(execution: Execution, name: str) -> TaskRun:
    """The run of a task id, of `task[value]`, or with this id of its own; raises `Refused`.

    Of several runs of one task the last one.
    """
    from tiercel_server.cli.running.complaints import Refused

    task_id, bracket, rest = name.partition("[")
    value = rest.removesuffix("]") if bracket else None
    runs = execution.ordered_task_runs()
    found = [
        run for run in runs if run.id == name or (run.task_id == task_id and (value is None or run.value == value))
    ]
    if found:
        return found[-1]
    known = list(dict.fromkeys(run.task_id for run in runs))
    near = difflib.get_close_matches(task_id, known, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    is_there = any(task.id == task_id for task in execution.flow.all_tasks())
    raise Refused(
        f"Execution {execution.id} has no run of a task '{name}'.{hint}",
        *(["The flow has it, but it was not reached, or ran in an iteration of a Loop."] if is_there else []),
        f"Tasks that ran: {', '.join(known)}." if known else "No task ran.",
    )
