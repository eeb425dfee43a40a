"""What the kinds of tasks that the engine runs itself have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from tiercel_engine.core.adoption import adopt
from tiercel_engine.core.endings import allowed, finish_running, start_running
from tiercel_engine.core.events import Evaluated, TimerFired
from tiercel_engine.core.records import Scope, Stage, TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.core.work import Work

CORE = "io.kestra.plugin.core."


class Kind:
    """A task that the engine runs itself; one instance serves all."""

    inherits_retry = False
    """Whether failures are retried like those of leaf tasks."""

    def enter(self, work: Work, run: TaskRun) -> None:
        """Begin: the run is CREATED and may run."""
        raise NotImplementedError

    def answered(self, work: Work, run: TaskRun, event: Evaluated) -> None:
        """Take the answer to what was asked."""

    def shows_when_skipped(self) -> bool:
        """Whether a run that is skipped has outputs all the same."""
        return False

    def skipped(self, work: Work, run: TaskRun) -> None:
        """Be skipped, but for the outputs."""

    def timed(self, work: Work, run: TaskRun, event: TimerFired) -> None:
        """Take the end of a wait."""


class Flowable(Kind):
    """A task that holds tasks, run one after another unless a kind says otherwise."""

    twins = True
    """Whether 2.0's second run of a retried task happens in its lists."""

    def enter(self, work: Work, run: TaskRun) -> None:
        """Run, with the main list `tasks`."""
        self.open(work, start_running(work, run))

    def open(self, work: Work, run: TaskRun, scope: Scope | None = None) -> None:
        """Start with the lists, or go on in them where a replay begins."""
        work.set_scope(run.id, scope or Scope())
        if children := adopt(work, run.id):
            self.adopted(work, run.id, children)
        work.agenda.append(("advance", run.id))

    def adopted(self, work: Work, owner: str, children: list[TaskRun]) -> None:
        """Note main children that were there before the scope was opened, beyond what every scope notes."""

    def start_children(self, work: Work, owner: str | None, scope: Scope) -> None:
        """Start what may start of the main list."""
        tasks = work.listed(owner, scope)
        if scope.live == 0 and scope.cursor < len(tasks) and scope.worst not in _HALTING:
            work.set_scope(owner, replace(scope, cursor=scope.cursor + 1, live=1))
            self.create_child(work, owner, tasks[scope.cursor])

    def create_child(self, work: Work, owner: str | None, task_id: str) -> None:
        """Make the run of a task of the main list."""
        work.create_run(task_id, owner, Stage.MAIN)

    def main_over(self, work: Work, owner: str | None, scope: Scope) -> bool:
        """Whether the main list has come to its end."""
        return scope.live == 0 and (scope.worst in _HALTING or scope.cursor >= len(work.listed(owner, scope)))

    def turn(self, scope: Scope) -> int | None:  # noqa: ARG002
        """The number that the tasks of errors and finally carry, if any."""
        return None

    def child_ended(self, work: Work, owner: str, child: TaskRun) -> None:
        """Note the end of a main child, beyond what every scope notes."""

    def child_reopened(self, work: Work, owner: str, child: TaskRun) -> None:
        """Forget the end of a main child that a restart runs again."""

    def main_done(self, work: Work, owner: str, scope: Scope) -> bool:  # noqa: ARG002
        """The main list is over: whether errors, finally and the end may follow now."""
        return True

    def may_close(self, work: Work, owner: str, scope: Scope) -> bool:  # noqa: ARG002
        """All lists are over: whether the task may end now."""
        return True

    def close(self, work: Work, owner: str, scope: Scope) -> None:
        """End with the strongest end among the main children."""
        run = work.run(owner)
        finish_running(work, run, allowed(work.task(run), self.end_state(scope)))

    def end_state(self, scope: Scope) -> State:
        """What the main children amount to."""
        return scope.worst

    def break_off(self, work: Work, run: TaskRun, message: str) -> None:
        """Its own expression fails, so it does, without its lists."""
        work.log("ERROR", f"Unable to resolve state from the Flowable task: {message}", run, 1)
        work.set_scope(run.id, replace(run.scope or Scope(), stage=Stage.DONE))
        finish_running(work, work.run(run.id), allowed(work.task(run), State.FAILED))


_HALTING = frozenset({State.FAILED, State.KILLED, State.CANCELLED})

_K = TypeVar("_K", bound=Kind)
KINDS: dict[str, Kind] = {}


def kind(*names: str) -> Callable[[type[_K]], type[_K]]:
    """Register a kind under the names of its types, without the prefix of core."""

    def register(cls: type[_K]) -> type[_K]:
        instance = cls()
        for name in names:
            KINDS[CORE + name] = instance
        return cls

    return register
