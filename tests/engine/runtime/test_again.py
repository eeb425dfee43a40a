"""Executions taken up again, and what one process asks of another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.engine.core.simulation import expand_flow
from tiercel_engine.core.decide import rebuild
from tiercel_engine.core.records import Execution
from tiercel_engine.core.states import State
from tiercel_engine.inputs import InputError
from tiercel_engine.runtime import (
    Breakpoint,
    Engine,
    Extent,
    Fixture,
    NoSuchTaskError,
    NotAtWorkError,
    NotPossibleError,
    Replay,
    RequestRefusedError,
    RunRequest,
    UnknownExecutionError,
    ask,
    change_task_run,
    kill_flow,
    replay_flow,
    restart_flow,
    resume_flow,
    run_flow,
)
from tiercel_engine.runtime.requests import Continue, ForceRun, Kill, Resume, Unqueue
from tiercel_engine.store import History
from tiercel_schemas.versions import KestraVersion

FAIL = {"id": "c", "type": "io.kestra.plugin.core.execution.Fail", "condition": "{{ inputs.break }}"}
STEPS = {
    "inputs": [{"id": "break", "type": "BOOL", "defaults": True}, {"id": "word", "type": "STRING", "defaults": "old"}],
    "tasks": [
        {"id": "a", "format": "{{ inputs.word }}"},
        {"id": "s", "type": "Sequential", "tasks": [{"id": "b", "format": "{{ outputs.a.value }}!"}, FAIL]},
        {"id": "d", "format": "{{ outputs.b.value }}?"},
    ],
    "errors": [{"id": "e"}],
}
PAUSING = {
    "tasks": [
        {"id": "a"},
        {"id": "p", "type": "Pause", "onResume": [{"id": "n", "type": "INT"}]},
        {"id": "b", "format": "{{ outputs.p.onResume.n }}"},
    ]
}


def flow_of(written: Any) -> Any:
    return expand_flow(written, KestraVersion.V2_0)


def shown(execution: Execution) -> dict[str, Any]:
    return {run.task_id: (run.state.value, run.outputs.get("value")) for run in execution.ordered_task_runs()}


def run_of(execution: Execution, task_id: str) -> str:
    return next(run.id for run in execution.ordered_task_runs() if run.task_id == task_id)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    made = History(tmp_path / "executions.db")
    yield made
    made.close()


@pytest.fixture
def around(surroundings: Callable[..., Any], history: History) -> Callable[..., Any]:
    return lambda *flows: surroundings(*flows, history=history)


def test_a_replay_from_the_start_takes_other_inputs(around: Any) -> None:
    old = run_flow(RunRequest(flow_of(STEPS), around()))
    assert old.state is State.FAILED
    new = replay_flow(old.id, around(), replay=Replay(inputs={"break": False, "word": "new"}))
    assert new.id != old.id
    assert (new.original_id, new.parent_id, new.attempt_number) == (old.id, old.id, 2)
    assert dict(new.labels)["system.replay"] == "true"
    assert shown(new)["d"] == ("SUCCESS", "new!?")


def test_a_replay_from_a_task_run_takes_over_what_ran_before(around: Any) -> None:
    old = run_flow(RunRequest(flow_of(STEPS), around()))
    again = Replay(run_of(old, "c"), inputs={"break": False, "word": "new"})
    new = replay_flow(old.id, around(), replay=again)
    assert shown(new) == {
        "a": ("SUCCESS", "old"),
        "s": ("SUCCESS", None),
        "b": ("SUCCESS", "old!"),
        "c": ("SUCCESS", None),
        "d": ("SUCCESS", "old!?"),
    }
    assert [change.state for change in new.history][-3:] == ["RESTARTED", "RUNNING", "SUCCESS"]
    assert not set(new.task_runs) & set(old.task_runs)


def test_a_replay_may_use_another_revision(around: Any) -> None:
    old = run_flow(RunRequest(flow_of(STEPS), around()))
    mended = flow_of({**STEPS, "tasks": [*STEPS["tasks"][:1], {"id": "z"}]})
    assert shown(replay_flow(old.id, around(), replay=Replay(flow=mended))).keys() == {"a", "z"}
    with pytest.raises(NoSuchTaskError, match="no task 'c' any more"):
        replay_flow(old.id, around(), replay=Replay(run_of(old, "c"), flow=mended))


def test_a_restart_with_another_revision_is_a_new_execution(around: Any) -> None:
    old = run_flow(RunRequest(flow_of(STEPS), around()))
    mended = {**STEPS, "tasks": [STEPS["tasks"][0], {**STEPS["tasks"][1]}, STEPS["tasks"][2]]}
    mended["tasks"][1]["tasks"] = [mended["tasks"][1]["tasks"][0], {**FAIL, "condition": "false"}]
    new = restart_flow(old.id, around(), flow=flow_of(mended))
    assert new.id != old.id
    assert dict(new.labels)["system.restarted"] == "true"
    assert shown(new)["d"] == ("SUCCESS", "old!?")
    assert "e" not in shown(new)


@pytest.mark.parametrize(
    ("extent", "ran", "taken"),
    [
        (Extent(last="b"), ["a", "s", "b"], []),
        (Extent(only="d"), ["d"], ["a", "s", "b", "c"]),
        (Extent(first="d"), ["d"], ["a", "s", "b", "c"]),
        (Extent(first="b", last="b"), ["s", "b"], ["a"]),
    ],
)
def test_a_part_of_a_flow_runs(around: Any, extent: Extent, ran: list[str], taken: list[str]) -> None:
    flow = flow_of(STEPS)
    old = run_flow(RunRequest(flow, around(), inputs={"break": False}))
    new = run_flow(RunRequest(flow, around(), inputs={"word": "new", "break": False}, extent=extent, reuse=old.id))
    assert new.state is State.SUCCESS
    assert sorted(shown(new)) == sorted({*ran, *taken})
    fresh = [run.task_id for run in new.ordered_task_runs() if run.history[0].date > old.history[-1].date]
    assert [name for name in fresh if name != "s"] == [name for name in ran if name != "s"]


def test_inputs_left_out_are_those_of_the_execution_that_is_reused(around: Any) -> None:
    flow = flow_of({**STEPS, "tasks": [{"id": "a", "format": "{{ inputs.word }}"}, {"id": "b"}]})
    old = run_flow(RunRequest(flow, around(), inputs={"word": "mine"}))
    again = run_flow(RunRequest(flow, around(), extent=Extent(only="a"), reuse=old.id))
    assert shown(again)["a"] == ("SUCCESS", "mine")


def test_a_part_must_be_a_task_of_the_flow(around: Any) -> None:
    loop = {"tasks": [{"id": "l", "type": "Loop", "values": ["x"], "tasks": ["t"]}]}
    for extent, words in ((Extent(last="z"), "no task 'z'"), (Extent(first="t"), "begin with 'l'")):
        with pytest.raises(NoSuchTaskError, match=words):
            run_flow(RunRequest(flow_of(loop), around(), extent=extent))


def test_fixtures_stand_in_for_tasks_in_iterations_too(around: Any) -> None:
    loop = {"id": "l", "type": "Loop", "values": ["x", "y"], "outputs": [{"id": "o", "type": "STRING"}], "tasks": ["t"]}
    loop["outputs"][0]["value"] = "{{ outputs.t.v }}"
    flow = flow_of({"tasks": [{"id": "s", "type": "Sequential", "tasks": ["n"]}, loop, {"id": "f", "runIf": "false"}]})
    fixtures = (
        Fixture("s", outputs={"k": 1}),
        Fixture("t", outputs={"v": "{{ item.value }}{{ outputs.s.k }}"}),
        Fixture("f", state=State.WARNING),
    )
    execution = run_flow(RunRequest(flow, around(), fixtures=fixtures))
    assert execution.state is State.WARNING
    runs = {run.task_id: run for run in execution.ordered_task_runs()}
    assert set(runs) == {"s", "l", "f"}
    assert [each["outputs"]["o"] for each in runs["l"].outputs["outputs"]] == ["x1", "y1"]


def test_the_outputs_of_a_fixture_must_render(around: Any) -> None:
    fixtures = (Fixture("a", outputs={"v": "{{ nope }}"}),)
    assert run_flow(RunRequest(flow_of({"tasks": ["a"]}), around(), fixtures=fixtures)).state is State.FAILED


def test_a_changed_state_lets_an_execution_go_on(around: Any) -> None:
    old = run_flow(RunRequest(flow_of(STEPS), around()))
    new = change_task_run(old.id, run_of(old, "c"), State.SUCCESS, around())
    assert new.id == old.id
    assert new.state is State.SUCCESS
    assert shown(new).keys() == {"a", "s", "b", "c", "d"}
    for bad, words in (("nope", "no task run"), (run_of(new, "a"), "has to be an end")):
        with pytest.raises(NotPossibleError, match=words):
            change_task_run(old.id, bad, State.RUNNING, around())


def test_what_has_not_ended_is_not_replayed(around: Any) -> None:
    with pytest.raises(UnknownExecutionError):
        replay_flow("nope", around())
    old = run_flow(RunRequest(flow_of({"tasks": ["a"]}), around()))
    for act in (resume_flow, kill_flow):
        with pytest.raises(NotPossibleError):
            act(old.id, around())


class Background:
    """A run at work while the test asks things of it by another connection, as another process would."""

    def __init__(self, around: Any, request: RunRequest, state: str) -> None:
        self.ended: list[Execution] = []
        self.lines: list[Any] = []
        reached = threading.Event()

        def tell(line: Any) -> None:
            self.lines.append(line)
            if line["event"] == "execution.state" and line["state"] == state:
                reached.set()

        self.thread = threading.Thread(target=lambda: self.ended.append(run_flow(request, tell)), daemon=True)
        self.thread.start()
        assert reached.wait(20)
        time.sleep(0.05)

    def end(self) -> Execution:
        self.thread.join(20)
        return self.ended[0]


@pytest.fixture
def other(tmp_path: Path, history: History) -> Iterator[History]:
    made = History(tmp_path / "executions.db")
    yield made
    made.close()


def _id(background: Background) -> str:
    return background.lines[0]["executionId"]


def test_another_process_resumes_with_inputs(around: Any, other: History) -> None:
    background = Background(around, RunRequest(flow_of(PAUSING), around()), "PAUSED")
    with pytest.raises(RequestRefusedError, match="is PAUSED"):
        ask(other, _id(background), Unqueue())
    with pytest.raises(RequestRefusedError, match="`n`"):
        ask(other, _id(background), Resume({"n": "x"}))
    ask(other, _id(background), Resume({"n": "7"}))
    assert shown(background.end())["b"] == ("SUCCESS", "7")
    with pytest.raises(NotAtWorkError, match="ended in SUCCESS"):
        ask(other, _id(background), Kill())
    with pytest.raises(UnknownExecutionError):
        ask(other, "nope", Kill())


def test_another_process_kills(around: Any, other: History) -> None:
    background = Background(around, RunRequest(flow_of(PAUSING), around()), "PAUSED")
    ask(other, _id(background), Kill())
    assert background.end().state is State.KILLED


def test_breakpoints_stop_and_go_on(around: Any, other: History) -> None:
    flow = flow_of({"tasks": ["a", "b", {"id": "c", "runIf": "false"}]})
    stops = (Breakpoint("b"), Breakpoint("c"))
    background = Background(around, RunRequest(flow, around(), breakpoints=stops), "BREAKPOINT")
    ask(other, _id(background), Continue())
    end = time.monotonic() + 20
    while sum(line.get("state") == "BREAKPOINT" for line in background.lines) < 4 and time.monotonic() < end:
        time.sleep(0.02)
    ask(other, _id(background), Continue(()))
    execution = background.end()
    assert [change.state.value for change in execution.history] == [
        "CREATED", "RUNNING", "BREAKPOINT", "RUNNING", "BREAKPOINT", "RUNNING", "SUCCESS",
    ]  # fmt: skip
    assert shown(execution)["c"] == ("SKIPPED", None)


def test_a_pause_whose_process_is_gone_goes_on_here(around: Any, other: History, tmp_path: Path) -> None:
    background = Background(around, RunRequest(flow_of(PAUSING), around()), "PAUSED")
    execution_id = _id(background)
    known = list(other.events(execution_id))
    ask(other, execution_id, Kill())
    background.end()
    copy = History(tmp_path / "copy" / "executions.db")
    for number, event in enumerate(known, 1):
        copy.append(rebuild(known[:number]), event)
    copy.close()
    copy = History(tmp_path / "copy" / "executions.db")
    surroundings = replace(around(), history=copy)
    with pytest.raises(InputError):
        resume_flow(execution_id, surroundings, resume=Resume({"n": "x"}))
    assert shown(resume_flow(execution_id, surroundings, resume=Resume({"n": 3})))["b"] == ("SUCCESS", "3")


def test_force_run_and_unqueue(around: Any, other: History) -> None:
    flow = flow_of({"tasks": [{"id": "p", "type": "Pause"}], "concurrency": {"limit": 1, "behavior": "QUEUE"}})

    async def main() -> list[str]:
        async with Engine(around(flow)) as engine:
            names = [engine.start(flow) for _ in range(4)]
            await anyio.sleep(0.05)
            await anyio.to_thread.run_sync(ask, other, names[1], ForceRun())
            await anyio.to_thread.run_sync(ask, other, names[2], Unqueue(State.CANCELLED))
            await anyio.sleep(0.05)
            states = [engine.lives[name].execution.state.value for name in names]
            engine.kill(names[0])
            await engine.wait(names[0])
            await anyio.sleep(0.05)
            return [*states, engine.lives[names[3]].execution.state.value]

    assert anyio.run(main) == ["PAUSED", "PAUSED", "CANCELLED", "QUEUED", "PAUSED"]
