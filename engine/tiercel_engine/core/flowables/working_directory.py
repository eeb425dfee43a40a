"""WorkingDirectory: leaf tasks in sequence in one directory."""

from __future__ import annotations

from dataclasses import replace

from tiercel_engine.core.effects import CloseDirectory, OpenDirectory
from tiercel_engine.core.endings import allowed, finish_running, start_running
from tiercel_engine.core.events import DirectoryClosed, DirectoryOpened
from tiercel_engine.core.flowables.base import Flowable, kind
from tiercel_engine.core.records import Scope, TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.core.work import Work


@kind("flow.WorkingDirectory")
class WorkingDirectory(Flowable):
    """Opens the directory before its tasks and closes it after them."""

    twins = False

    def enter(self, work: Work, run: TaskRun) -> None:
        """Run, and have the directory made."""
        start_running(work, run)
        work.effects.append(OpenDirectory(run.id))

    def opened(self, work: Work, run: TaskRun, event: DirectoryOpened) -> None:
        """Start the tasks, or fail."""
        if event.error is not None:
            work.log("ERROR", event.error, run)
            finish_running(work, run, allowed(work.task(run), State.FAILED))
            return
        self.open(work, run, Scope(data="open"))

    def may_close(self, work: Work, owner: str, scope: Scope) -> bool:
        """Have the files collected first."""
        if scope.data == "open":
            work.set_scope(owner, replace(scope, data="closing"))
            work.effects.append(CloseDirectory(owner))
        return bool(scope.data == "closed")

    def closed(self, work: Work, run: TaskRun, event: DirectoryClosed) -> None:
        """Keep the files as outputs and end."""
        scope = work.scope(run.id)
        if event.error is not None:
            work.log("ERROR", event.error, run)
            scope = replace(scope, worst=State.FAILED)
        if event.outputs:
            work.set_outputs(run, event.outputs)
        work.set_scope(run.id, replace(scope, data="closed"))
        work.agenda.append(("advance", run.id))
