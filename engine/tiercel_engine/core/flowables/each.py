"""1.3's ForEach, EachSequential and EachParallel: task runs per value in the same execution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rpds import HashTrieMap

from tiercel_engine.core.effects import Question
from tiercel_engine.core.endings import start_running
from tiercel_engine.core.events import Evaluated
from tiercel_engine.core.flowables.base import Flowable, kind
from tiercel_engine.core.records import Scope, Stage, TaskRun
from tiercel_engine.core.values import ValuesError, list_values
from tiercel_engine.core.work import Work
from tiercel_schemas.model import flowables as model


@dataclass(frozen=True, slots=True)
class Groups:
    """Which values have begun, and how far each has come."""

    values: tuple[str, ...]
    limit: int
    begun: int = 0
    cursors: HashTrieMap[int, int] = field(default_factory=HashTrieMap)
    """By index of the value: the next task of a group at work."""
    ready: tuple[int, ...] = ()
    """Groups whose next task may start."""
    indices: Mapping[str, int] = field(default_factory=dict)
    """By value; a LoopUntil overwrites the iteration that its run began with."""


class Each(Flowable):
    """Asks for the values first."""

    twins = False

    def enter(self, work: Work, run: TaskRun) -> None:
        """Run, and ask for the values."""
        run = start_running(work, run)
        written = self.written(work.task(run))
        work.ask("enter", run, Question("values", written, "text" if isinstance(written, str) else "value"))

    def written(self, task: Any) -> Any:
        """The property that holds the values."""
        return task.values

    def limit(self, task: Any) -> int:
        """How many values at once."""
        return int(task.concurrency_limit)

    def answered(self, work: Work, run: TaskRun, event: Evaluated) -> None:
        """Open the groups."""
        if event.error is not None:
            self.break_off(work, run, event.error)
            return
        try:
            items = list_values(event.values["values"], allow_map=False)
        except ValuesError as error:
            self.break_off(work, run, str(error))
            return
        values = tuple(value for _, value in items)
        indices = {value: index for index, value in enumerate(values)}
        self.open(work, run, Scope(data=Groups(values, self.limit(work.task(run)), indices=indices)))

    def main_over(self, work: Work, owner: str | None, scope: Scope) -> bool:
        """When all values are done, or one has failed and nothing is at work."""
        groups: Groups = scope.data
        done = groups.begun >= len(groups.values) and not groups.ready
        return scope.live == 0 and (scope.failed or done or not work.listed(owner, scope))

    def start_children(self, work: Work, owner: str | None, scope: Scope) -> None:
        """Go on in the groups that can, then begin new ones."""
        tasks = work.listed(owner, scope)
        groups: Groups = scope.data
        if scope.failed:
            return
        for index in groups.ready:
            cursor = groups.cursors[index]
            groups = replace(groups, cursors=groups.cursors.insert(index, cursor + 1))
            scope = replace(scope, live=scope.live + 1)
            work.create_run(tasks[cursor], owner, Stage.MAIN, value=groups.values[index], iteration=index)
        groups = replace(groups, ready=())
        while groups.begun < len(groups.values) and (groups.limit == 0 or len(groups.cursors) < groups.limit):
            index = groups.begun
            groups = replace(groups, begun=index + 1, cursors=groups.cursors.insert(index, 1))
            scope = replace(scope, live=scope.live + 1)
            work.create_run(tasks[0], owner, Stage.MAIN, value=groups.values[index], iteration=index)
        work.set_scope(owner, replace(scope, data=groups))

    def child_ended(self, work: Work, owner: str, child: TaskRun) -> None:
        """Let its group go on, or end it."""
        scope = work.scope(owner)
        groups: Groups = scope.data
        index = groups.indices[child.value or ""]
        if groups.cursors[index] < len(work.listed(owner, replace(scope, stage=Stage.MAIN))):
            groups = replace(groups, ready=(*groups.ready, index))
        else:
            groups = replace(groups, cursors=groups.cursors.remove(index))
        work.set_scope(owner, replace(scope, data=groups))

    def adopted(self, work: Work, owner: str, children: list[TaskRun]) -> None:
        """Go on in the groups of values that have begun."""
        scope = work.scope(owner)
        groups: Groups = scope.data
        tasks = work.listed(owner, scope)
        last: dict[int, TaskRun] = {}
        for child in children:
            index = groups.indices.get(child.value or "")
            if index is not None:
                last[index] = child
        cursors: HashTrieMap[int, int] = HashTrieMap()
        ready: list[int] = []
        for index, child in sorted(last.items()):
            following = tasks.index(child.task_id) + 1 if child.task_id in tasks else 0
            if child.state.terminated and following >= len(tasks):
                continue
            cursors = cursors.insert(index, following)
            if child.state.terminated:
                ready.append(index)
        begun = max(last, default=-1) + 1
        work.set_scope(owner, replace(scope, data=replace(groups, begun=begun, cursors=cursors, ready=tuple(ready))))

    def child_reopened(self, work: Work, owner: str, child: TaskRun) -> None:
        """Take its group back to it."""
        scope = work.scope(owner)
        groups: Groups = scope.data
        index = groups.indices[child.value or ""]
        place = work.listed(owner, replace(scope, stage=Stage.MAIN)).index(child.task_id)
        ready = tuple(each for each in groups.ready if each != index)
        cursors = groups.cursors.insert(index, place + 1)
        work.set_scope(owner, replace(scope, data=replace(groups, ready=ready, cursors=cursors)))


@kind("flow.ForEach")
class ForEach(Each):
    """The tasks in sequence for each value."""


@kind("flow.EachSequential")
class EachSequential(Each):
    """Value after value."""

    def written(self, task: model.EachSequential) -> Any:
        """`value`."""
        return task.value

    def limit(self, task: model.EachSequential) -> int:  # noqa: ARG002
        """One."""
        return 1


@kind("flow.EachParallel")
class EachParallel(Each):
    """All tasks of all values at once, at most `concurrent`."""

    def written(self, task: model.EachParallel) -> Any:
        """`value`."""
        return task.value

    def limit(self, task: model.EachParallel) -> int:
        """`concurrent`."""
        return task.concurrent

    def start_children(self, work: Work, owner: str | None, scope: Scope) -> None:
        """Start pairs of value and task, value by value."""
        tasks = work.listed(owner, scope)
        groups: Groups = scope.data
        total = len(groups.values) * len(tasks)
        while not scope.failed and scope.cursor < total and (not groups.limit or scope.live < groups.limit):
            index, place = divmod(scope.cursor, len(tasks))
            scope = work.set_scope(owner, replace(scope, cursor=scope.cursor + 1, live=scope.live + 1))
            work.create_run(tasks[place], owner, Stage.MAIN, value=groups.values[index], iteration=index)

    def main_over(self, work: Work, owner: str | None, scope: Scope) -> bool:
        """When all pairs are done, or one has failed and nothing is at work."""
        total = len(scope.data.values) * len(work.listed(owner, scope))
        return scope.live == 0 and (scope.failed or scope.cursor >= total)

    def adopted(self, work: Work, owner: str, children: list[TaskRun]) -> None:
        """Go on after the last pair of value and task."""
        scope = work.scope(owner)
        work.set_scope(owner, replace(scope, cursor=len(children)))

    def child_ended(self, work: Work, owner: str, child: TaskRun) -> None:
        """Nothing hangs on a single one."""

    def child_reopened(self, work: Work, owner: str, child: TaskRun) -> None:
        """Nothing hangs on a single one."""
