"""Which tasks and branches of a flow its tests have reached, told from the events of their executions. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tiercel_engine.core.plan import Plan, make_plan
from tiercel_engine.core.wishes import Fixture
from tiercel_schemas.model import Flow
from tiercel_schemas.model.flowables import If, Switch

_ENDS_OF_WORK = frozenset({"SUCCESS", "WARNING", "FAILED", "KILLED", "RETRIED"})


@dataclass(frozen=True, slots=True)
class Branch:
    """A way that an execution may take: a list of a flowable, its errors, or whether a task's `runIf` holds."""

    task_id: str
    """The task that decides; "" for the flow."""
    name: str


@dataclass(frozen=True, slots=True)
class TaskHits:
    """How often a task ran, was replaced by a fixture, and was skipped."""

    ran: int = 0
    mocked: int = 0
    skipped: int = 0

    @property
    def is_covered(self) -> bool:
        """Whether it ran, or something stood in for it."""
        return self.ran + self.mocked > 0

    def __add__(self, other: TaskHits) -> TaskHits:
        return TaskHits(self.ran + other.ran, self.mocked + other.mocked, self.skipped + other.skipped)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What of a flow was reached; every task and branch of it is there."""

    tasks: Mapping[str, TaskHits] = field(default_factory=dict)
    branches: Mapping[Branch, int] = field(default_factory=dict)

    def __add__(self, other: Coverage) -> Coverage:
        tasks, branches = dict(self.tasks), dict(self.branches)
        for name, hits in other.tasks.items():
            tasks[name] = tasks.get(name, TaskHits()) + hits
        for branch, count in other.branches.items():
            branches[branch] = branches.get(branch, 0) + count
        return Coverage(tasks, branches)

    @property
    def covered_tasks(self) -> int:
        """How many tasks ran or were replaced."""
        return sum(hits.is_covered for hits in self.tasks.values())

    @property
    def covered_branches(self) -> int:
        """How many branches were taken."""
        return sum(count > 0 for count in self.branches.values())


def uncovered(flow: Flow) -> Coverage:
    """The tasks and branches of a flow, none of them reached."""
    plan = make_plan(flow)
    return Coverage(dict.fromkeys(plan.tasks, TaskHits()), dict.fromkeys(_branches(plan), 0))


@dataclass(slots=True)
class _Run:
    task_id: str
    parent: str | None
    mocked: bool
    state: str = "CREATED"
    worked: bool = False


class CoverageOf:
    """Folds the events of an execution and of those that it starts; only those of the flow itself count."""

    def __init__(self, flow: Flow, fixtures: Iterable[Fixture] = ()) -> None:
        self._flow = flow
        self._plan = make_plan(flow)
        self._fixtures = tuple(fixtures)
        self._executions: set[str] = set()
        self._runs: dict[str, _Run] = {}

    def take(self, event: Mapping[str, Any]) -> None:
        """Fold one event of the stream."""
        kind, execution_id = event.get("event"), event.get("executionId")
        if kind == "execution.created":
            if (event["namespace"], event["flowId"]) == (self._flow.namespace, self._flow.id):
                self._executions.add(str(execution_id))
        elif execution_id not in self._executions:
            return
        elif kind == "taskrun.created" and event["taskId"] in self._plan.tasks:
            task_id, value = event["taskId"], event.get("value")
            mocked = any(each.task_id == task_id and (each.every or each.value == value) for each in self._fixtures)
            self._runs[event["taskRunId"]] = _Run(task_id, event.get("parentTaskRunId"), mocked)
        elif kind == "taskrun.state" and (run := self._runs.get(event["taskRunId"])) is not None:
            run.state = event["state"]
            run.worked |= run.state in _ENDS_OF_WORK or run.state == "RUNNING"

    def result(self) -> Coverage:
        """What was reached."""
        nothing = uncovered(self._flow)
        tasks, branches = dict(nothing.tasks), dict(nothing.branches)
        children: dict[str | None, set[str]] = {}
        for run in self._runs.values():
            children.setdefault(run.parent, set()).add(run.task_id)
            tasks[run.task_id] += _hits(run)
        for run_id, run in self._runs.items():
            for branch in self._taken(run, children.get(run_id, set())):
                branches[branch] += 1
        reached = {run.task_id for run in self._runs.values() if run.parent is None}
        for name in ("errors",):
            if reached & set(self._plan.root.get(name, ())):
                branches[Branch("", name)] += 1
        return Coverage(tasks, branches)

    def _taken(self, run: _Run, children: set[str]) -> Iterator[Branch]:
        planned = self._plan.tasks[run.task_id]
        if run.mocked:
            return
        if planned.task.run_if is not None and (run.worked or run.state == "SKIPPED"):
            yield Branch(run.task_id, "runIf " + ("false" if run.state == "SKIPPED" else "true"))
        if not run.worked:
            return
        names = {branch.name for branch in _of_task(run.task_id, planned.task, planned.lists)}
        taken = [name for name, ids in planned.lists.items() if name in names and children & set(ids)]
        yield from (Branch(run.task_id, name) for name in taken)
        nothing = _nothing_else(planned.task, planned.lists)
        if nothing is not None and not taken and run.state in {"SUCCESS", "WARNING"}:
            yield Branch(run.task_id, nothing)


def _hits(run: _Run) -> TaskHits:
    if run.mocked:
        return TaskHits(mocked=1)
    if run.state == "SKIPPED":
        return TaskHits(skipped=1)
    return TaskHits(ran=int(run.worked))


def _branches(plan: Plan) -> Iterator[Branch]:
    if plan.root.get("errors"):
        yield Branch("", "errors")
    for task_id, planned in plan.tasks.items():
        if planned.task.run_if is not None:
            yield Branch(task_id, "runIf true")
            yield Branch(task_id, "runIf false")
        yield from _of_task(task_id, planned.task, planned.lists)


def _of_task(task_id: str, task: Any, lists: Mapping[str, tuple[str, ...]]) -> Iterator[Branch]:
    chosen = isinstance(task, If | Switch)
    for name, ids in lists.items():
        if ids and (name == "errors" or (chosen and name != "finally")):
            yield Branch(task_id, name)
    nothing = _nothing_else(task, lists)
    if nothing is not None:
        yield Branch(task_id, nothing)


def _nothing_else(task: Any, lists: Mapping[str, tuple[str, ...]]) -> str | None:
    """The way of an If on which nothing is done; a Switch that knows no way fails."""
    return "else (nothing)" if isinstance(task, If) and not lists.get("else") else None
