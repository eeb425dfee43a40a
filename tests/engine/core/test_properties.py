"""What holds for any flow: it ends, states follow the allowed ways, its log rebuilds it, a crash loses nothing."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.core.simulation import Simulation, expand_flow
from tiercel_engine.core.codec import event_from_json, event_to_json
from tiercel_engine.core.decide import rebuild
from tiercel_engine.core.plan import make_plan
from tiercel_engine.core.records import Execution, History, TaskRun
from tiercel_engine.core.replaying import for_extent, from_task_run
from tiercel_engine.core.states import State
from tiercel_engine.core.wishes import Extent
from tiercel_schemas.versions import KestraVersion

TASK_WAYS = {
    "CREATED": {"SUBMITTED", "RUNNING", "SKIPPED", "FAILED", "SUCCESS", "WARNING", "KILLED", "CANCELLED", "RESTARTED"},
    "SUBMITTED": {"RUNNING", "KILLED", "FAILED", "CANCELLED", "WARNING", "SUCCESS", "RESTARTED"},
    "RUNNING": {"PAUSED", "SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "RETRIED", "RESTARTED"},
    "PAUSED": {"RUNNING", "SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "RESTARTED"},
    "FAILED": {"RETRYING", "RETRIED", "RESTARTED", "SUCCESS"},
    "WARNING": {"SUCCESS"},
    "RETRYING": {"CREATED", "KILLED", "FAILED", "RESTARTED", "CANCELLED"},
    "KILLED": {"RESTARTED"},
    "CANCELLED": {"RESTARTED"},
    "RESTARTED": {"SUBMITTED", "RUNNING", "PAUSED", "SUCCESS", "FAILED", "SKIPPED", "WARNING", "KILLED", "CANCELLED"},
}
LIVE = {"CREATED", "QUEUED", "RUNNING", "PAUSED", "RESTARTED", "KILLING", "RETRYING"}

RETRIES = st.sampled_from(
    [
        None,
        None,
        None,
        {"type": "constant", "interval": "PT3S", "maxAttempts": 2},
        {"type": "exponential", "interval": "PT1S", "maxInterval": "PT9S", "maxAttempts": 3, "warningOnRetry": True},
        {"type": "constant", "interval": "PT2S", "maxAttempts": 2, "behavior": "CREATE_NEW_EXECUTION"},
    ]
)
OUTCOMES = st.sampled_from(["SUCCESS", "SUCCESS", "SUCCESS 3", "FAILED", "FAILED 2", "WARNING 1", "SUCCESS 9"])


class Tree:
    """Draws tasks with ids that are unique in their flow."""

    def __init__(self, draw: Any, version: KestraVersion) -> None:
        self.draw = draw
        self.version = version
        self.count = 0
        self.leaves: list[str] = []

    def name(self) -> str:
        self.count += 1
        return f"t{self.count}"

    def tasks(self, depth: int, most: int = 3, least: int = 1) -> list[dict[str, Any]]:
        return [self.task(depth) for _ in range(self.draw(st.integers(least, most)))]

    def task(self, depth: int) -> dict[str, Any]:
        common: dict[str, Any] = {"id": self.name()}
        for key in ("allowFailure", "allowWarning", "disabled"):
            if self.draw(st.integers(0, 7)) == 0:
                common[key] = True
        if (run_if := self.draw(st.sampled_from([None] * 6 + ["false", "true", "{{ nope }}"]))) is not None:
            common["runIf"] = run_if
        if (retry := self.draw(RETRIES)) is not None:
            common["retry"] = retry
        kinds = ["leaf"] * 3
        if depth > 0:
            kinds += ["Sequential", "Parallel", "If", "Switch", "AllowFailure", "Dag", "LoopUntil", "WorkingDirectory"]
            kinds += ["Pause", "Exit", "Loop" if self.version is KestraVersion.V2_0 else "ForEach"]
        kind = self.draw(st.sampled_from(kinds))
        return {**common, **self.special(kind, depth - 1)}

    def special(self, kind: str, depth: int) -> dict[str, Any]:
        if kind == "leaf":
            self.leaves.append(f"t{self.count}")
            return {}
        if kind == "Exit":
            return {"type": "Exit", "state": self.draw(st.sampled_from(["SUCCESS", "FAILED", "KILLED", "WARNING"]))}
        if kind == "Pause":
            behavior = self.draw(st.sampled_from(["RESUME", "WARN", "FAIL", "CANCEL"]))
            return {"type": "Pause", "pauseDuration": "PT5S", "behavior": behavior}
        made: dict[str, Any] = {"type": kind}
        if kind == "WorkingDirectory":
            made["tasks"] = [self.task(0) for _ in range(self.draw(st.integers(1, 3)))]
            return made
        for key in ("errors", "finally"):
            if self.draw(st.integers(0, 3)) == 0:
                made[key] = self.tasks(0, most=2)
        if kind == "If":
            made |= {"condition": self.draw(st.sampled_from(["true", "false"])), "then": self.tasks(depth)}
            made["else"] = self.tasks(depth, least=0)
        elif kind == "Switch":
            value = self.draw(st.sampled_from(["x", "y", "z"]))
            made |= {"value": value, "cases": {"x": self.tasks(depth)}, "defaults": self.tasks(depth, least=0)}
        elif kind == "Dag":
            nodes: list[dict[str, Any]] = []
            for task in self.tasks(depth, most=4):
                earlier = [node["task"]["id"] for node in nodes]
                needs = self.draw(st.lists(st.sampled_from(earlier), unique=True)) if earlier else []
                nodes.append({"task": task, "dependsOn": needs})
            made["tasks"] = nodes
        else:
            made["tasks"] = self.tasks(depth)
        if kind in ("Parallel", "Dag"):
            made["concurrent"] = self.draw(st.integers(0, 2))
            if self.version is KestraVersion.V2_0:
                made["onChildFailure"] = self.draw(st.sampled_from(["FAIL", "CANCEL", "CONTINUE"]))
        if kind == "LoopUntil":
            made |= {"condition": self.draw(st.sampled_from(["true", "false"]))}
            made["checkFrequency"] = {"interval": "PT4S", "maxIterations": 2}
        if kind in ("Loop", "ForEach"):
            made |= {"values": ["x", "y", "z"], "concurrencyLimit": self.draw(st.integers(0, 2))}
        return made


@st.composite
def stories(draw: Any) -> tuple[dict[str, Any], KestraVersion, dict[str, Any]]:
    """A flow, its version, and the outcomes of its leaf tasks."""
    version = draw(st.sampled_from(list(KestraVersion)))
    tree = Tree(draw, version)
    flow: dict[str, Any] = {"tasks": tree.tasks(3)}
    for key in ("errors", "finally", "afterExecution"):
        if draw(st.integers(0, 2)) == 0:
            flow[key] = tree.tasks(1, most=2)
    if draw(st.integers(0, 5)) == 0:
        flow["retry"] = {"type": "constant", "interval": "PT2S", "maxAttempts": 2}
    outcomes = {name: draw(st.lists(OUTCOMES, min_size=1, max_size=3)) for name in tree.leaves}
    return flow, version, outcomes


def _allowed(history: History, more: frozenset[str] = frozenset()) -> bool:
    words = [change.state.value for change in history]
    return all(later in TASK_WAYS.get(word, set()) | more for word, later in pairwise(words))


REOPENED = frozenset({"RUNNING", "RESTARTED"})
"""Where a task run may go on from its end when an earlier execution is taken over."""


def _check_ended(simulation: Simulation, more: frozenset[str] = frozenset()) -> None:
    for execution in simulation.executions.values():
        assert execution.sealed, execution.id
        assert execution.state.value not in LIVE
        assert execution.busy == 0
        assert execution.paused == 0
        for run in execution.task_runs.values():
            assert run.state.terminated, (run.task_id, run.history)
            assert _allowed(run.history, more), [change.state.value for change in run.history]
        dates = [change.date for change in execution.history]
        assert dates == sorted(dates)


@settings(max_examples=250, deadline=None)
@given(stories(), st.one_of(st.none(), st.integers(0, 20)))
def test_a_flow_ends_and_its_log_rebuilds_it(story: Any, kill_at: int | None) -> None:
    written, version, outcomes = story
    flow = expand_flow(written, version)
    simulation = Simulation([flow], outcomes)
    execution_id = simulation.start(flow)
    if kill_at is not None:
        simulation.at(kill_at, execution_id, "kill")
    simulation.run()
    _check_ended(simulation)
    for each, log in simulation.logs.items():
        assert rebuild(log) == simulation.executions[each]
        lines = [event_to_json(event) for event in log]
        again = rebuild(event_from_json(line) for line in lines)
        assert again.history == simulation.executions[each].history
        assert dict(again.task_runs.items()) == dict(simulation.executions[each].task_runs.items())


@settings(max_examples=150, deadline=None)
@given(stories(), st.integers(1, 60))
def test_a_crash_at_any_point_loses_no_task_run(story: Any, events: int) -> None:
    written, version, outcomes = story
    flow = expand_flow(written, version)
    first = Simulation([flow], outcomes)
    execution_id = first.start(flow)
    first.run()
    logs = _cut(first, events)
    second = Simulation([flow], outcomes)
    before: dict[str, Execution] = {}
    for each, log in logs.items():
        before[each] = second.executions[each] = rebuild(log)
    second._callers = dict(first._callers)
    kept = {run.id for run in before[execution_id].task_runs.values() if _is_kept(before[execution_id], run.id)}
    if before[execution_id].sealed:
        return
    second.at(0, execution_id, "restart")
    second.run()
    after = second.executions[execution_id]
    assert after.sealed
    if not any(run.iteration is not None for run in before[execution_id].task_runs.values()):
        assert kept <= set(after.task_runs)


@settings(max_examples=80, deadline=None)
@given(stories(), st.integers(0, 1000))
def test_a_replay_from_any_task_run_ends(story: Any, pick: int) -> None:
    written, version, outcomes = story
    flow = expand_flow(written, version)
    first = Simulation([flow], outcomes)
    execution_id = first.start(flow)
    first.run()
    old = first.executions[execution_id]
    runs = [run for run in old.ordered_task_runs() if all(x.place == "MAIN" for x in (run, *old.ancestors(run)))]
    if not runs:
        return
    target = runs[pick % len(runs)]
    taken = from_task_run(old, target.id, old.plan, "again")
    second = Simulation([flow], outcomes)
    second.now = first.now
    second.start(flow, execution_id="again", taken=taken, past=old.history)
    second.run()
    _check_ended(second, REOPENED)
    log = second.logs["again"]
    again = rebuild(event_from_json(event_to_json(event)) for event in log)
    assert dict(again.task_runs.items()) == dict(second.executions["again"].task_runs.items())


@settings(max_examples=80, deadline=None)
@given(stories(), st.integers(0, 1000), st.sampled_from(["first", "last", "only"]))
def test_a_part_of_a_flow_ends(story: Any, pick: int, part: str) -> None:
    written, version, outcomes = story
    flow = expand_flow(written, version)
    plan = make_plan(flow)
    names = sorted(plan.tasks)
    if not names:
        return
    extent = Extent(**{part: names[pick % len(names)]})
    if part == "first" and any(plan.tasks[name].task.type.endswith(".Loop") for name in plan.way_to(extent.first)[:-1]):
        return
    old = Simulation([flow], outcomes)
    old_id = old.start(flow)
    old.run()
    taken = for_extent(old.executions[old_id], extent, flow, "part")
    simulation = Simulation([flow], outcomes)
    simulation.start(flow, execution_id="part", extent=extent, taken=taken)
    simulation.run()
    _check_ended(simulation, REOPENED)


def _cut(simulation: Simulation, events: int) -> dict[str, list[Any]]:
    """The logs as they were after a number of events over all executions."""
    merged = sorted(
        ((event.time, each, event) for each, log in simulation.logs.items() for event in log),
        key=lambda entry: entry[0],
    )
    logs: dict[str, list[Any]] = {}
    for _, each, event in merged[:events]:
        logs.setdefault(each, []).append(event)
    return logs


def _is_kept(execution: Execution, run_id: str) -> bool:
    """Whether a run belongs to the main work all the way up and did what it had to."""
    run = execution.task_runs[run_id]
    chain = [run, *execution.ancestors(run)]
    ended = {State.SUCCESS, State.WARNING, State.SKIPPED}
    # The directory of a WorkingDirectory is gone with its process, so all of it runs again.
    lasts = all(not _is_directory(execution, each) or each.state in ended for each in chain)
    return lasts and run.state in ended and all(each.place == "MAIN" for each in chain)


def _is_directory(execution: Execution, run: TaskRun) -> bool:
    return execution.plan.tasks[run.task_id].task.type.endswith("WorkingDirectory")
