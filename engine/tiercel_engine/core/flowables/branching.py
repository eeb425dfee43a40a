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


def _break_off(kind_of_task: Flowable, work: Work, run: TaskRun, message: str) -> None:
    """Fail, with all that Kestra says when neither outputs nor state can be told."""
    work.log("WARN", f"Unable to save output on taskRun '{_as_java_prints(work, run)}'", run)
    kind_of_task.break_off(work, run, message)
    work.log("ERROR", f"Unable to resolve outputs from the Flowable task: {message}", run, 1)


def _as_java_prints(work: Work, run: TaskRun) -> str:
    """A task run as the server's log shows it."""
    flow = work.execution.flow
    parent, value = run.parent_id or "null", run.value if run.value is not None else "null"
    iteration = run.iteration if run.iteration is not None else "null"
    date = run.start_date.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    state = f"State(current=CREATED, histories=[State.History(state=CREATED, date={date})])"
    head = (
        f"TaskRun(tenantId=main, id={run.id}, executionId={work.execution.id}, namespace={flow.namespace}, "
        f"flowId={flow.id}, taskId={run.task_id}, parentTaskRunId={parent}, value={value}, attempts=null, "
    )
    end = f"iteration={iteration}, dynamic=null, forceExecution=null"
    if work.version is KestraVersion.V1_3:
        return f"{head}outputs=null, assets=null, assetEmits=null, state={state}, {end})"
    return f"{head}assetEmits=null, state={state}, {end}, outputs=null)"


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
            _break_off(self, work, run, event.error)
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
            _break_off(self, work, run, event.error)
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
