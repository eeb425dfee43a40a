"""If and Switch: one list out of several, chosen by an expression."""

from __future__ import annotations

from typing import Any

from tiercel_engine.core.effects import Question
from tiercel_engine.core.endings import allowed, finish_running, skip, start_running
from tiercel_engine.core.events import Evaluated
from tiercel_engine.core.flowables.base import Flowable, kind
from tiercel_engine.core.records import Scope, TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.core.truth import is_true
from tiercel_engine.core.work import Work
from tiercel_schemas.model import flowables as model
from tiercel_schemas.versions import KestraVersion


@kind("flow.If")
class If(Flowable):
    """`then` or `else`."""

    def enter(self, work: Work, run: TaskRun) -> None:
        """Run, and ask for the condition."""
        task = work.task(run)
        assert isinstance(task, model.If)
        run = start_running(work, run)
        work.ask("enter", run, Question("condition", task.condition or ""))

    def shows_when_skipped(self) -> bool:
        """The condition of a skipped If is evaluated too."""
        return True

    def skipped(self, work: Work, run: TaskRun) -> None:
        """Ask for the condition all the same."""
        task = work.task(run)
        assert isinstance(task, model.If)
        work.ask("skipped", run, Question("condition", task.condition or ""))

    def answered(self, work: Work, run: TaskRun, event: Evaluated) -> None:
        """Choose the branch."""
        if event.purpose == "skipped":
            if event.error is None:
                run = work.set_outputs(run, {"evaluationResult": is_true(event.values["condition"])})
            skip(work, run)
            return
        if event.error is not None:
            self.break_off(work, run, event.error)
            if work.version is KestraVersion.V2_0:
                work.log("ERROR", f"Unable to resolve outputs from the Flowable task: {event.error}", run, 1)
            return
        chosen = is_true(event.values["condition"])
        run = work.set_outputs(run, {"evaluationResult": chosen})
        self.open(work, run, Scope(branch="then" if chosen else "else"))


@kind("flow.Switch")
class Switch(Flowable):
    """The case whose key is the value's text, else `defaults`."""

    def enter(self, work: Work, run: TaskRun) -> None:
        """Run, and ask for the value."""
        task = work.task(run)
        assert isinstance(task, model.Switch)
        run = start_running(work, run)
        work.ask("enter", run, Question("value", task.value))

    def shows_when_skipped(self) -> bool:
        """The value of a skipped Switch is evaluated too."""
        return True

    def skipped(self, work: Work, run: TaskRun) -> None:
        """Ask for the value all the same."""
        task = work.task(run)
        assert isinstance(task, model.Switch)
        work.ask("skipped", run, Question("value", task.value))

    def answered(self, work: Work, run: TaskRun, event: Evaluated) -> None:
        """Choose the case; no case and no defaults is a failure."""
        if event.purpose == "skipped":
            if event.error is None:
                run = work.set_outputs(run, self.outputs(work, run, event.values["value"]))
            skip(work, run)
            return
        if event.error is not None:
            self.break_off(work, run, event.error)
            return
        task = work.task(run)
        assert isinstance(task, model.Switch)
        value = event.values["value"]
        outputs = self.outputs(work, run, value)
        by_default = outputs["defaults"]
        run = work.set_outputs(run, outputs)
        if by_default and not task.defaults:
            flow = work.execution.flow
            where = f"flow '{flow.namespace}.{flow.id}', task '{task.id}', execution '{work.execution.id}'"
            if task.errors or task.finally_:
                cause = 'Cannot invoke "java.util.List.size()" because "resolvedTasks" is null'
                work.log("ERROR", f"Unable to resolve state from the Flowable task: {cause}", run, 1)
            else:
                work.log("WARN", f"No task found on {where}", run, 1)
            finish_running(work, run, allowed(task, State.FAILED))
            return
        self.open(work, run, Scope(branch="defaults" if by_default else f"cases.{value}"))

    def outputs(self, work: Work, run: TaskRun, value: str) -> dict[str, Any]:
        """The value, and whether no case has it."""
        task = work.task(run)
        assert isinstance(task, model.Switch)
        return {"value": value, "defaults": value not in task.cases}
