"""Parallel and Dag: children at the same time, and what becomes of them when one fails."""

from __future__ import annotations

from dataclasses import replace

from tiercel_engine.core.adoption import main_children
from tiercel_engine.core.effects import Question
from tiercel_engine.core.endings import allowed, finish_running, start_running
from tiercel_engine.core.events import Evaluated
from tiercel_engine.core.flowables.base import Flowable, kind
from tiercel_engine.core.records import Scope, Stage, TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.core.stopping import let_descendants_end, stop_descendants
from tiercel_engine.core.work import Work
from tiercel_schemas.model import flowables as model
from tiercel_schemas.versions import KestraVersion


class Concurrent(Flowable):
    """Up to a number of children at once; the first failure ends it."""

    twins = False
    default_mode = "FAIL"

    def enter(self, work: Work, run: TaskRun) -> None:
        """Run; ask for the limit and the mode when they are expressions."""
        task = work.task(run)
        assert isinstance(task, model.Parallel | model.Dag)
        run = start_running(work, run)
        work.ask(
            "enter",
            run,
            Question("concurrent", task.concurrent if task.concurrent is not None else 0, "typed"),
            Question("mode", task.on_child_failure or self.default_mode),
        )

    def answered(self, work: Work, run: TaskRun, event: Evaluated) -> None:
        """Start, when the limit is a number."""
        if event.error is not None:
            self.break_off(work, run, event.error)
            return
        try:
            limit = int(event.values["concurrent"] or 0)
        except (TypeError, ValueError):
            self.break_off(work, run, f"Cannot convert value '{event.values['concurrent']}' to Integer")
            return
        self.open(work, run, Scope(data=self.data(limit, str(event.values["mode"]))))

    def adopted(self, work: Work, owner: str, children: list[TaskRun]) -> None:
        """Start the others from the first of the list: they may stand before those that are there."""
        scope = work.scope(owner)
        known = {child.task_id for child in children}
        tasks = work.listed(owner, scope)
        ahead = next((place for place, name in enumerate(tasks) if name not in known), len(tasks))
        work.set_scope(owner, replace(scope, cursor=ahead))

    def data(self, limit: int, mode: str) -> tuple[object, ...]:
        """What the scope remembers: limit and mode first."""
        return (limit, mode)

    def start_children(self, work: Work, owner: str | None, scope: Scope) -> None:
        """Start as many as the limit lets."""
        tasks = work.listed(owner, scope)
        limit = _limit(scope)
        while not scope.failed and scope.cursor < len(tasks) and (limit == 0 or scope.live < limit):
            task_id = tasks[scope.cursor]
            if work.execution.took_over and any(child.task_id == task_id for child in main_children(work, owner)):
                scope = work.set_scope(owner, replace(scope, cursor=scope.cursor + 1))
                continue
            scope = work.set_scope(owner, replace(scope, cursor=scope.cursor + 1, live=scope.live + 1))
            self.create_child(work, owner, task_id)

    def main_over(self, work: Work, owner: str | None, scope: Scope) -> bool:
        """At the first failure, or when all have ended."""
        return scope.failed or (scope.live == 0 and scope.cursor >= len(work.listed(owner, scope)))

    def close(self, work: Work, owner: str, scope: Scope) -> None:
        """End; the ones still at work are stopped, or left alone, as the mode says."""
        run = work.run(owner)
        state = allowed(work.task(run), scope.worst)
        if scope.strays:
            if work.version is KestraVersion.V1_3:
                stop_descendants(work, run, state, close_attempts=False)
            elif (mode := str(scope.data[1]).upper()) in _STATES:
                stop_descendants(work, run, _STATES[mode], close_attempts=True)
            else:
                let_descendants_end(work, run)
        finish_running(work, work.run(owner), state)


_STATES = {"FAIL": State.FAILED, "CANCEL": State.CANCELLED}


def _limit(scope: Scope) -> int:
    return int(scope.data[0])


@kind("flow.Parallel")
class Parallel(Concurrent):
    """All at once."""


@kind("flow.Dag")
class Dag(Concurrent):
    """Each when what it depends on has ended."""

    default_mode = "CONTINUE"

    def data(self, limit: int, mode: str) -> tuple[object, ...]:
        """Limit, mode, tasks started, tasks ended."""
        return (limit, mode, frozenset(), frozenset())

    def start_children(self, work: Work, owner: str | None, scope: Scope) -> None:
        """Start the ones that wait for nothing any more, in the order written."""
        assert owner is not None
        task = work.task(work.run(owner))
        assert isinstance(task, model.Dag)
        limit, mode, started, ended = scope.data
        enabled = set(work.list_named(owner, "tasks"))
        for node in task.tasks:
            if scope.failed or (limit and scope.live >= limit):
                return
            name = node.task.id
            if name in started or name not in enabled:
                continue
            if any(need in enabled and need not in ended for need in node.depends_on):
                continue
            started |= {name}
            scope = work.set_scope(owner, replace(scope, live=scope.live + 1, data=(limit, mode, started, ended)))
            work.create_run(name, owner, Stage.MAIN)

    def main_over(self, work: Work, owner: str | None, scope: Scope) -> bool:
        """At the first failure, or when all have ended."""
        return scope.failed or (scope.live == 0 and len(scope.data[2]) >= len(work.list_named(owner, "tasks")))

    def adopted(self, work: Work, owner: str, children: list[TaskRun]) -> None:
        """They are started, and those that have ended free others."""
        scope = work.scope(owner)
        limit, mode, *_ = scope.data
        started = frozenset(child.task_id for child in children)
        ended = frozenset(child.task_id for child in children if child.state.terminated)
        work.set_scope(owner, replace(scope, data=(limit, mode, started, ended)))

    def child_ended(self, work: Work, owner: str, child: TaskRun) -> None:
        """Free the ones that waited for it."""
        scope = work.scope(owner)
        limit, mode, started, ended = scope.data
        work.set_scope(owner, replace(scope, data=(limit, mode, started, ended | {child.task_id})))

    def child_reopened(self, work: Work, owner: str, child: TaskRun) -> None:
        """Let the ones that depend on it wait again."""
        scope = work.scope(owner)
        limit, mode, started, ended = scope.data
        work.set_scope(owner, replace(scope, data=(limit, mode, started, ended - {child.task_id})))
