"""A process killed at any point loses nothing: what had ended stays, what had not runs again, and it ends."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.engine.runtime.killed_run import around, flow_in
from tiercel_engine.core.events import Event, TaskStarted, Together
from tiercel_engine.core.records import Execution, Stage, TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.runtime import restart_flow
from tiercel_engine.store import History, Search

ROOT = Path(__file__).resolve().parents[3]
DONE = {State.SUCCESS, State.WARNING, State.SKIPPED}


class Tree:
    """Draws flows whose tasks take moments, from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0

    def tasks(self, depth: int) -> list[dict[str, Any]]:
        return [self.task(depth) for _ in range(self.random.randint(1, 3))]

    def task(self, depth: int) -> dict[str, Any]:
        self.count += 1
        task: dict[str, Any] = {"id": f"t{self.count}"}
        kind = self.random.choice(["Sleep", "Sleep", "Return", "Fail"] + ["flowable"] * 6 * bool(depth))
        if kind == "flowable":
            kind = self.random.choice(["Sequential", "Parallel", "Loop", "If", "AllowFailure", "WorkingDirectory"])
            task |= {"type": kind, "tasks": self.tasks(0 if kind == "WorkingDirectory" else depth - 1)}
            if kind == "Loop":
                task |= {"values": ["x", "y", "z"], "concurrencyLimit": self.random.randint(0, 2)}
            if kind == "If":
                task |= {"condition": "true", "then": task.pop("tasks")}
        elif kind == "Sleep":
            task |= {"type": "Sleep", "duration": f"PT0.0{self.random.randint(1, 6)}S"}
        elif kind == "Fail":
            task |= {"type": "io.kestra.plugin.core.execution.Fail", "allowFailure": self.random.random() < 0.8}
        else:
            task["format"] = "{{ execution.id }}"
        return task


def _started(history: History, execution_id: str) -> Counter[str]:
    def parts(event: Event) -> tuple[Event, ...]:
        return event.events if isinstance(event, Together) else (event,)

    events = (part for event in history.events(execution_id) for part in parts(event))
    return Counter(event.task_run_id for event in events if isinstance(event, TaskStarted))


def _lasts(execution: Execution, run: TaskRun) -> bool:
    """Whether it stays although it goes on: a WorkingDirectory begins again as a whole, for its directory is gone."""
    return run.state in DONE or not execution.plan.tasks[run.task_id].task.type.endswith("WorkingDirectory")


def _kept(execution: Execution) -> dict[str, Any]:
    """Runs of the main work that have done what they had to, with their outputs."""
    found: dict[str, Any] = {}
    for run in execution.ordered_task_runs():
        chain = (run, *execution.ancestors(run))
        if run.state in DONE and all(each.place is Stage.MAIN and _lasts(execution, each) for each in chain):
            found[run.id] = (run.state, dict(run.outputs))
    return found


@pytest.mark.parametrize("seed", range(8))
def test_a_killed_process_loses_no_task_run(tmp_path: Path, seed: int) -> None:
    draw = Tree(seed)
    (tmp_path / "flow.json").write_text(json.dumps({"tasks": [*draw.tasks(2), *draw.tasks(2)]}), "utf-8")
    command = [sys.executable, "-m", "tests.engine.runtime.killed_run", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(draw.random.randint(3, 60)):
            if not process.stdout.readline():
                break
        process.kill()
    surroundings = around(tmp_path)
    history = surroundings.history
    assert history is not None
    names = [found.id for found in history.find(Search(with_children=True, limit=-1))]
    if not names:
        return  # Killed before the first commit: nothing was told to anybody who could miss it.
    before = {name: (history.execution(name), _started(history, name)) for name in names}
    main = next(each for each, _ in before.values() if each is not None and each.loop_run is None)
    if main.sealed and main.state in DONE:
        return
    after = restart_flow(main.id, surroundings)
    assert after.state in {State.SUCCESS, State.WARNING, State.FAILED}
    assert all(run.state.terminated for run in after.ordered_task_runs())
    expected = _walk(flow_in(tmp_path).source["tasks"])
    if after.state in DONE:
        assert {run.task_id for run in after.ordered_task_runs()} >= expected
    for name, (known, started) in before.items():
        assert known is not None
        now = history.execution(name)
        assert now is not None
        assert now.sealed
        kept = _kept(known)
        assert {run: now.task_runs[run].state for run in kept}.keys() == kept.keys()
        again = _started(history, name)
        for run, (state, outputs) in kept.items():
            assert (now.task_runs[run].state, dict(now.task_runs[run].outputs)) == (state, outputs)
            assert again[run] == started[run], "a task that had ended ran again"
    history.close()


def _walk(tasks: list[dict[str, Any]]) -> set[str]:
    """The tasks that leave task runs in the execution itself: those in a Loop run in executions of their own."""
    found: set[str] = set()
    for task in tasks:
        found.add(task["id"])
        if not task["type"].endswith(("Loop", "AllowFailure")):
            found |= _walk(task.get("tasks", task.get("then", [])))
    return found
