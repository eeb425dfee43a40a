"""An execution while it is being decided on: changes, effects, and what is still to be looked at."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from rpds import HashTrieMap

from tiercel_engine.core.effects import Effect, Evaluate, Question, Report, WriteLog, state_report
from tiercel_engine.core.ids import derived_id
from tiercel_engine.core.records import Attempt, Execution, Scope, Stage, StateChange, TaskRun
from tiercel_engine.core.states import State
from tiercel_schemas.model import Task
from tiercel_schemas.versions import KestraVersion


class Work:
    """Collects what one event changes; `freeze` gives the execution after it."""

    __slots__ = (
        "_execution",
        "_number",
        "_runs",
        "agenda",
        "busy",
        "effects",
        "open_questions",
        "paused",
        "root",
        "time",
    )

    def __init__(self, execution: Execution, time: datetime) -> None:
        self._execution = execution
        self._runs: HashTrieMap[str, TaskRun] = execution.task_runs
        self._number = execution.next_number
        self.root = execution.root
        self.busy = execution.busy
        self.paused = execution.paused
        self.open_questions = execution.open_questions
        self.time = time
        self.effects: list[Effect] = []
        self.agenda: deque[tuple[str, str | None]] = deque()

    # -- reading

    @property
    def execution(self) -> Execution:
        """The execution without the changes to task runs and counters; for what is settled elsewhere."""
        return self._execution

    @property
    def version(self) -> KestraVersion:
        """The line whose rules hold."""
        return self._execution.flow.version

    @property
    def state(self) -> State:
        """Where the execution stands."""
        return self._execution.state

    @property
    def runs(self) -> HashTrieMap[str, TaskRun]:
        """All task runs as they are now."""
        return self._runs

    def run(self, run_id: str) -> TaskRun:
        """A task run as it is now."""
        return self._runs[run_id]

    def task(self, run: TaskRun) -> Task:
        """The task of a run."""
        return self._execution.plan.tasks[run.task_id].task

    def scope(self, owner: str | None) -> Scope:
        """How far a flowable, or the flow for None, has come."""
        if owner is None:
            return self.root
        return self._runs[owner].scope or Scope()

    def listed(self, owner: str | None, scope: Scope) -> tuple[str, ...]:
        """The ids of the current list of a flowable or of the flow."""
        name = {
            Stage.MAIN: scope.branch,
            Stage.ERRORS: "errors",
            Stage.FINALLY: "finally",
            Stage.AFTER: "afterExecution",
            Stage.DONE: "",
        }[scope.stage]
        return self.list_named(owner, name)

    def list_named(self, owner: str | None, name: str) -> tuple[str, ...]:
        """The ids of a list of a flowable or of the flow."""
        task_id = None if owner is None else self._runs[owner].task_id
        return self._execution.plan.tasks_of(task_id, name)

    # -- changing

    def change(self, **values: Any) -> None:
        """Change fields of the execution itself."""
        self._execution = replace(self._execution, **values)

    def put(self, run: TaskRun) -> TaskRun:
        """Keep a changed task run."""
        self._runs = self._runs.insert(run.id, run)
        return run

    def drop(self, run: TaskRun) -> None:
        """Forget a task run."""
        self._runs = self._runs.remove(run.id)
        self.report("taskrun.removed", taskRunId=run.id, taskId=run.task_id)

    def set_scope(self, owner: str | None, scope: Scope) -> Scope:
        """Keep how far a flowable or the flow has come."""
        if owner is None:
            self.root = scope
        else:
            self.put(replace(self._runs[owner], scope=scope))
        return scope

    def new_id(self) -> str:
        """An id for something that this execution makes."""
        self._number += 1
        return derived_id(self._execution.id, self._number)

    def create_run(
        self,
        task_id: str,
        owner: str | None,
        place: Stage | None,
        *,
        value: str | None = None,
        iteration: int | None = None,
        twin: bool = False,
    ) -> TaskRun:
        """Make a task run, CREATED, and put its beginning on the agenda."""
        run_id = self.new_id()
        run = TaskRun(
            run_id,
            task_id,
            self._number,
            (StateChange(State.CREATED, self.time),),
            owner if place is not None else None,
            place,
            value,
            iteration,
            twin=twin,
        )
        self.put(run)
        data: dict[str, Any] = {"taskRunId": run_id, "taskId": task_id, "type": self.task(run).written_type}
        if run.parent_id is not None:
            data["parentTaskRunId"] = run.parent_id
        if value is not None:
            data["value"] = value
        if iteration is not None:
            data["iteration"] = iteration
        self.effects.append(Report("taskrun.created", data))
        self._tell_state(run, None)
        self.agenda.append(("begin", run_id))
        return run

    def set_state(self, run: TaskRun, state: State, message: str | None = None) -> TaskRun:
        """Move a task run to a state, attempts untouched."""
        if (run.state is State.PAUSED) != (state is State.PAUSED):
            self.paused += 1 if state is State.PAUSED else -1
        changed = self.put(replace(run, history=(*run.history, StateChange(state, self.time))))
        self._tell_state(changed, message)
        return changed

    def _tell_state(self, run: TaskRun, message: str | None) -> None:
        data: dict[str, Any] = {
            "taskRunId": run.id,
            "taskId": run.task_id,
            "state": run.state.value,
            "attempt": max(len(run.attempts) - 1, 0),
        }
        if message:
            data["message"] = message
        self.effects.append(Report("taskrun.state", data))

    def start_attempt(self, run: TaskRun) -> TaskRun:
        """Begin another try: CREATED and RUNNING."""
        attempt = Attempt((StateChange(State.CREATED, self.time), StateChange(State.RUNNING, self.time)))
        return self.put(replace(run, attempts=(*run.attempts, attempt)))

    def end_attempt(self, run: TaskRun, state: State) -> TaskRun:
        """End the try at hand, or record one that never ran."""
        change = StateChange(state, self.time)
        if run.attempts and not run.attempts[-1].state.terminated:
            last = Attempt((*run.attempts[-1].history, change))
            return self.put(replace(run, attempts=(*run.attempts[:-1], last)))
        return self.put(replace(run, attempts=(*run.attempts, Attempt((change,)))))

    def set_outputs(self, run: TaskRun, outputs: Mapping[str, Any]) -> TaskRun:
        """Replace the outputs of a task run."""
        if outputs == run.outputs:
            return run
        changed = self.put(replace(run, outputs=outputs))
        self.report("taskrun.outputs", taskRunId=run.id, taskId=run.task_id, outputs=outputs)
        return changed

    def set_execution_state(self, state: State) -> None:
        """Move the execution to a state, unless it is there."""
        if self.state is state:
            return
        self.change(history=(*self._execution.history, StateChange(state, self.time)))
        self.effects.append(state_report(state))

    # -- telling and asking

    def report(self, kind: str, **data: Any) -> None:
        """Add a line to the event stream."""
        self.effects.append(Report(kind, data))

    def log(self, level: str, message: str, run: TaskRun | None = None, attempt: int = 0) -> None:
        """Write a log entry, of a task run or of the execution."""
        self.effects.append(WriteLog(level, message, run.id if run else None, attempt))

    def ask(self, purpose: str, run: TaskRun | None, *questions: Question, item: tuple[str, int] | None = None) -> None:
        """Have templates rendered."""
        if run is not None:
            self.open_questions += 1
        self.effects.append(Evaluate(purpose, run.id if run else None, questions, item))

    def freeze(self) -> Execution:
        """The execution after the event."""
        return replace(
            self._execution,
            task_runs=self._runs,
            next_number=self._number,
            root=self.root,
            busy=self.busy,
            paused=self.paused,
            open_questions=self.open_questions,
        )
