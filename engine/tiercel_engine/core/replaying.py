"""What a new execution takes over from an earlier one: for a replay, a restart with another revision, or a reuse."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from tiercel_engine.core.flowables.base import CORE
from tiercel_engine.core.ids import derived_id
from tiercel_engine.core.plan import Plan, make_plan, needs_of
from tiercel_engine.core.records import Execution, Stage, StateChange, TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.core.wishes import Extent
from tiercel_schemas.model import Flow
from tiercel_schemas.model.flowables import Dag, Parallel

_DONE = frozenset({State.SUCCESS, State.WARNING, State.SKIPPED})
_WHOLE = frozenset(CORE + "flow." + name for name in ("WorkingDirectory", "ForEachItem", "Pause"))
"""Flowables that run again as a whole when something in them has to."""


class NoSuchTaskError(LookupError):
    """What is to be run again isn't there, or can't begin there; the text says why."""


def from_task_run(old: Execution, task_run_id: str, plan: Plan, new_id: str) -> tuple[TaskRun, ...]:
    """What ran before a task run, the runs around it as RUNNING, itself as RESTARTED; raises `NoSuchTaskError`."""
    target = old.task_runs.get(task_run_id)
    if target is None:
        raise NoSuchTaskError(f"execution {old.id} has no task run {task_run_id}")
    way = [target, *old.ancestors(target)]
    if any(run.place is not Stage.MAIN for run in way):
        raise NoSuchTaskError(f"task '{target.task_id}' handles an error or an end: a replay can't begin there")
    for outer in way[:0:-1]:
        if old.plan.tasks[outer.task_id].task.type in _WHOLE:
            target = outer
            break
    way = [target, *old.ancestors(target)]
    if any(run.task_id not in plan.tasks for run in way):
        raise NoSuchTaskError(f"the flow has no task '{target.task_id}' any more where it was")
    again = {run.id for run in way}

    def is_kept(run: TaskRun) -> bool:
        return run.id in again or not any(_comes_after(plan, run, step) for step in way)

    return _copied(old, plan, new_id, is_kept, {target.id}, again - {target.id})


def _comes_after(plan: Plan, run: TaskRun, step: TaskRun) -> bool:
    """Whether a sibling of a step on the way to the target runs only after it."""
    if run.parent_id != step.parent_id or run.id == step.id or run.task_id not in plan.tasks:
        return False
    parent = plan.tasks[step.task_id].parent
    task = plan.tasks[parent].task if parent is not None else None
    if isinstance(task, Parallel):
        return False
    if isinstance(task, Dag):
        return step.task_id in needs_of(task, run.task_id)
    if run.value != step.value:
        return (run.iteration or 0) > (step.iteration or 0) and task is not None and _one_by_one(task)
    _, ids = plan.list_of(step.task_id)
    return run.task_id in ids and ids.index(run.task_id) > ids.index(step.task_id)


def _one_by_one(task: object) -> bool:
    return getattr(task, "concurrency_limit", 1) == 1


def failed_again(old: Execution, plan: Plan, new_id: str) -> tuple[TaskRun, ...]:
    """What succeeded, and what did not as RESTARTED, for a restart with another revision of the flow."""
    main = [run for run in old.ordered_task_runs() if _is_main(old, run)]
    open_ids = {run.id for run in main if run.state not in _DONE}
    parents = {run.parent_id for run in main if run.id in open_ids}
    whole = {run.id for run in main if old.plan.tasks[run.task_id].task.type in _WHOLE and run.id in open_ids}
    around = {name for name in open_ids if name in parents and name not in whole}
    return _copied(old, plan, new_id, lambda _: True, open_ids - around, around)


def check_extent(extent: Extent, plan: Plan) -> None:
    """Raise `NoSuchTaskError` for an extent that names no task of a flow, or begins within a Loop."""
    for name in (extent.first, extent.last, extent.only):
        if name is not None and name not in plan.tasks:
            raise NoSuchTaskError(f"the flow has no task '{name}', or it is disabled")
    if extent.first is not None:
        for outer in plan.way_to(extent.first)[:-1]:
            if plan.tasks[outer].task.type == CORE + "flow.Loop":
                where = f"task '{extent.first}' runs in iterations of the Loop '{outer}'"
                raise NoSuchTaskError(f"{where}, which have executions of their own: begin with '{outer}'")


def for_extent(old: Execution, extent: Extent, flow: Flow, new_id: str) -> tuple[TaskRun, ...]:
    """What has succeeded and comes before an extent, which `check_extent` has let through."""
    begin = extent.only or extent.first
    if begin is None:
        return ()
    plan = make_plan(flow, extent=Extent(first=extent.first))
    way = set(plan.way_to(begin))

    def is_kept(run: TaskRun) -> bool:
        if run.task_id in way:
            return extent.only is None and run.task_id != begin
        return run.state in _DONE and (extent.only is not None or not _runs_anew(plan, way, run.task_id))

    around = {run.id for run in old.task_runs.values() if run.task_id in way and run.task_id != begin}
    taken = _copied(old, plan, new_id, is_kept, set(), around)
    if extent.only is None:
        return taken
    return tuple(replace(run, parent_id=None, place=None) for run in taken)


def _runs_anew(plan: Plan, way: set[str], task_id: str) -> bool:
    """Whether a task stands in a list of the plan that is not reduced to what comes before."""
    top = next((name for name in plan.way_to(task_id) if name not in way), task_id)
    parent = plan.tasks[top].parent
    lists = plan.root if parent is None else plan.tasks[parent].lists
    return any(top in ids for ids in lists.values())


def _is_main(old: Execution, run: TaskRun) -> bool:
    return all(each.place is Stage.MAIN for each in (run, *old.ancestors(run)))


def _copied(
    old: Execution,
    plan: Plan,
    new_id: str,
    is_kept: Callable[[TaskRun], bool],
    again: Iterable[str],
    around: Iterable[str],
) -> tuple[TaskRun, ...]:
    """The runs that are kept, under ids of the new execution; nothing below one that runs again or is left out."""
    names: dict[str, str] = {}
    taken: list[TaskRun] = []
    again, around = set(again), set(around)
    for run in old.ordered_task_runs():
        known = run.task_id in plan.tasks and _is_main(old, run)
        if not known or not is_kept(run) or (run.parent_id is not None and run.parent_id not in names):
            continue
        number = len(taken) + 1
        if run.id not in again:
            names[run.id] = derived_id(new_id, number)
        state = State.RESTARTED if run.id in again else State.RUNNING if run.id in around else None
        history = run.history
        if state is not None:
            history = (*history, StateChange(state, history[-1].date))
        taken.append(
            TaskRun(
                derived_id(new_id, number),
                run.task_id,
                number,
                history,
                names.get(run.parent_id) if run.parent_id is not None else None,
                run.place,
                run.value,
                run.iteration,
                run.attempts,
                run.outputs,
            )
        )
    return tuple(taken)
