"""Going on from task runs that are there already: those of an earlier execution, or of one that is restarted."""

from __future__ import annotations

from dataclasses import replace

from tiercel_engine.core.endings import stronger
from tiercel_engine.core.records import Scope, Stage, TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.core.work import Work


def main_children(work: Work, owner: str | None) -> list[TaskRun]:
    """The runs of the main work of a flowable or of the flow, in the order of creation."""
    children = [run for run in work.runs.values() if run.parent_id == owner and run.place is Stage.MAIN]
    return sorted(children, key=lambda run: run.number)


def recount(work: Work, owner: str | None, children: list[TaskRun]) -> Scope:
    """Set a scope back to its main list, with what its children are now."""
    worst = State.SUCCESS
    for child in children:
        if child.state.terminated:
            worst = stronger(worst, child.state)
    scope = work.scope(owner)
    cursor = scope.cursor if scope.stage is Stage.MAIN else _cursor(work, owner, scope, children)
    live = sum(1 for child in children if not child.state.terminated)
    scope = replace(scope, stage=Stage.MAIN, cursor=cursor, live=live, worst=worst)
    return work.set_scope(owner, replace(scope, retrying=0, strays=0, stopped=False, failed=False))


def _cursor(work: Work, owner: str | None, scope: Scope, children: list[TaskRun]) -> int:
    tasks = work.list_named(owner, scope.branch)
    places = [tasks.index(child.task_id) for child in children if child.task_id in tasks]
    return max(places) + 1 if places else 0


def adopt(work: Work, owner: str | None) -> list[TaskRun]:
    """Take the children that are there for those of a scope that has just been opened; the live ones go on.

    Gives them all; none are looked for in an execution that began with nothing.
    """
    if not work.execution.took_over:
        return []
    children = main_children(work, owner)
    if not children:
        return []
    tasks = work.list_named(owner, work.scope(owner).branch)
    for child in children:
        if not child.state.terminated and child.task_id not in tasks:
            _drop(work, child)
    children = [child for child in children if child.id in work.runs]
    scope = work.scope(owner)
    work.set_scope(owner, replace(scope, cursor=_cursor(work, owner, scope, children)))
    recount(work, owner, children)
    for child in children:
        if not child.state.terminated:
            work.agenda.append(("enter", child.id))
    return children


def _drop(work: Work, top: TaskRun) -> None:
    below = {top.id}
    work.drop(top)
    for run in sorted(work.runs.values(), key=lambda run: run.number):
        if run.parent_id in below:
            below.add(run.id)
            work.drop(run)
