"""The tree of a run: what is folded, and what stays to be seen."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console

from tiercel_server.cli.running.progress import Progress
from tiercel_server.cli.running.views.drawing import Drawing, Room

TIME = "2026-01-01T00:00:00.000000Z"
NOW = datetime(2026, 1, 1, 0, 0, 5, tzinfo=UTC)


class Run:
    """Makes the events of a run."""

    def __init__(self) -> None:
        self.progress = Progress()
        self.take("execution.created", namespace="n", flowId="f", kestraVersion="2.0")
        self.take("execution.state", state="RUNNING")

    def take(self, kind: str, execution_id: str = "e", /, **values: Any) -> None:
        self.progress.take({"event": kind, "time": TIME, "executionId": execution_id, **values})

    def task(self, name: str, state: str, execution_id: str = "e", parent: str | None = None, **values: Any) -> str:
        run_id = f"{execution_id}/{name}/{values.get('value', '')}"
        more = {"parentTaskRunId": parent} if parent is not None else {}
        self.take("taskrun.created", execution_id, taskRunId=run_id, taskId=name, **more, **values)
        self.take("taskrun.state", execution_id, taskRunId=run_id, taskId=name, state="RUNNING")
        self.take("taskrun.state", execution_id, taskRunId=run_id, taskId=name, state=state)
        return run_id

    def iteration(self, loop: str, index: int, state: str, size: int) -> None:
        loop_run = {"taskId": loop, "index": index, "value": f"v{index}", "size": size}
        name = f"i{index}"
        self.take("execution.created", name, namespace="n", flowId="f", parentId="e", kind="LOOP", loopRun=loop_run)
        self.take("execution.state", name, state="RUNNING")
        self.task("work", state, name)
        self.take("execution.state", name, state=state)

    def drawn(self, lines: int, repetitions: int = 5, width: int = 80) -> list[str]:
        assert self.progress.main is not None
        console = Console(width=width, file=io.StringIO(), record=True)
        console.print(Drawing(NOW, Room(lines, repetitions)).tree(self.progress.main))
        return [line.rstrip() for line in console.export_text().splitlines()]


def test_all_is_drawn_where_there_is_room() -> None:
    run = Run()
    for number in range(10):
        run.task(f"t{number}", "SUCCESS")
    assert len(run.drawn(11)) == 11
    assert run.drawn(11)[1] == "├── ✓ t0 SUCCESS 0 ms"


def test_what_ended_well_is_counted_first_and_the_last_of_it_stays() -> None:
    run = Run()
    for number in range(10):
        run.task(f"t{number}", "SUCCESS")
    run.task("now", "RUNNING")
    assert run.drawn(6) == [
        "· n.f RUNNING 5.0 s",
        "├── ✓ 9 SUCCESS",
        "├── ✓ t9 SUCCESS 0 ms",
        "└── · now RUNNING 5.0 s",
    ]


def test_a_loop_shows_what_failed_then_what_runs_then_how_many_ended() -> None:
    run = Run()
    run.task("each", "RUNNING")
    for index in range(300):
        state = "FAILED" if index in {7, 250} else "RUNNING" if index > 296 else "SUCCESS"
        run.iteration("each", index, state, 1000)
    lines = run.drawn(22)
    assert lines[1] == "└── · each RUNNING 5.0 s  297 of 1000"
    heads = [line.strip(" │├└─") for line in lines[2:] if "work" not in line]
    assert heads == [
        "✗ each[v7] FAILED 0 ms",
        "✗ each[v250] FAILED 0 ms",
        "· each[v297] RUNNING 5.0 s",
        "· each[v298] RUNNING 5.0 s",
        "· each[v299] RUNNING 5.0 s",
        "✓ 295 SUCCESS",
    ]


def test_values_of_one_task_are_folded_as_iterations_are() -> None:
    run = Run()
    parent = run.task("each", "RUNNING")
    for number in range(50):
        run.task("say", "FAILED" if number == 20 else "SUCCESS", parent=parent, value=str(number))
    assert [line.strip(" └├─│") for line in run.drawn(20)[2:]] == ["✗ say[20] FAILED 0 ms", "✓ 49 say SUCCESS"]


@pytest.mark.parametrize("room", [3, 4, 7, 15, 40])
def test_the_tree_is_never_longer_than_the_room(room: int) -> None:
    run = Run()
    for outer in range(6):
        parent = run.task(f"outer{outer}", "RUNNING")
        for inner in range(8):
            run.task(f"inner{outer}_{inner}", ("SUCCESS", "RUNNING", "FAILED")[inner % 3], parent=parent)
    lines = run.drawn(room)
    assert len(lines) <= room
    assert any("more" in line for line in lines)


def test_long_names_leave_the_state_in_sight_and_lines_are_not_broken() -> None:
    run = Run()
    run.task("a" * 200, "FAILED")
    run.take("taskrun.created", taskRunId="x", taskId="b")
    run.take("taskrun.state", taskRunId="x", taskId="b", state="FAILED", message="word " * 50)
    lines = run.drawn(20)
    assert len(lines) == 3
    assert "FAILED" in lines[1]
    assert lines[2].endswith("…")
    assert all(len(line) <= 80 for line in lines)


def test_what_was_taken_over_says_so() -> None:
    run = Run()
    run.take("taskrun.created", taskRunId="x", taskId="before")
    run.take("taskrun.state", taskRunId="x", taskId="before", state="SUCCESS", reused=True)
    assert run.drawn(20)[1] == "└── = before reused"
