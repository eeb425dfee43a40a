"""The history: events come back, executions are found, what was cut off is seen and can be restarted."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.engine.core.simulation import Simulation, expand_flow
from tiercel_engine.core.states import State
from tiercel_engine.runtime import Engine, RunRequest, Surroundings, run_flow
from tiercel_engine.store import History, HistoryError, Search
from tiercel_engine.tasks.services import local_services
from tiercel_schemas.model.project import Project
from tiercel_schemas.versions import KestraVersion

RETURN = "io.kestra.plugin.core.debug.Return"


@pytest.fixture
def history(tmp_path: Path) -> Any:
    store = History(tmp_path / ".tiercel" / "executions.db")
    yield store
    store.close()


def _surroundings(tmp_path: Path, history: History) -> Surroundings:
    return Surroundings(local_services(tmp_path / "state", Project(), tmp_path, {}), history=history)


def test_the_log_gives_the_execution_again(tmp_path: Path, history: History) -> None:
    flow = expand_flow(
        {
            "tasks": [
                {
                    "id": "l",
                    "type": "Loop",
                    "values": ["x", "y"],
                    "tasks": [{"id": "r", "type": RETURN, "format": "v"}],
                },
                {"id": "s", "type": "SetVariables", "variables": {"a": 1}},
            ]
        },
        KestraVersion.V2_0,
    )
    execution = run_flow(RunRequest(flow, _surroundings(tmp_path, history), labels={"team": "data"}))
    assert history.execution(execution.id) == execution
    children = history.find(Search(parent_id=execution.id))
    assert [child.kind for child in children] == ["LOOP", "LOOP"]
    assert any(line["message"] == "v" for child in children for line in history.lines(child.id))


def test_executions_are_found_by_flow_state_label_and_date(tmp_path: Path, history: History) -> None:
    good = expand_flow({"id": "good", "tasks": ["a"]}, KestraVersion.V2_0)
    bad = expand_flow(
        {"id": "bad", "tasks": [{"id": "a", "type": "io.kestra.plugin.core.execution.Fail"}]}, KestraVersion.V2_0
    )
    around = _surroundings(tmp_path, history)
    first = run_flow(RunRequest(good, around, labels={"team": "data"}))
    second = run_flow(RunRequest(bad, around, labels={"team": "ops"}))
    found = history.find(Search())
    assert [summary.id for summary in found] == [second.id, first.id]
    assert not any(summary.interrupted for summary in found)
    assert [each.id for each in history.find(Search(flow_id="good"))] == [first.id]
    assert [each.id for each in history.find(Search(states=["FAILED"]))] == [second.id]
    assert [each.id for each in history.find(Search(labels={"team": "data"}))] == [first.id]
    assert history.find(Search(since="2999-01-01")) == []
    assert history.find(Search(labels={"team": "'; DROP TABLE events; --"})) == []


def test_secrets_never_reach_the_file(tmp_path: Path) -> None:
    services = local_services(tmp_path / "state", Project(), tmp_path, {"SECRET_TOKEN": "aHVzaC1odXNo"})
    history = History(tmp_path / "executions.db", services.masker.data)
    flow = expand_flow({"tasks": [{"id": "a", "type": RETURN, "format": "{{ secret('TOKEN') }}"}]}, KestraVersion.V2_0)
    run_flow(RunRequest(flow, Surroundings(services, history=history)))
    history.close()
    for file in tmp_path.glob("executions.db*"):
        assert b"hush-hush" not in file.read_bytes()


def test_what_a_dead_process_left_is_shown_and_restarted(tmp_path: Path) -> None:
    script = f"""
import os
from pathlib import Path
from tests.engine.core.simulation import expand_flow
from tiercel_engine.runtime import RunRequest, Surroundings, run_flow
from tiercel_engine.store import History
from tiercel_engine.tasks.services import local_services
from tiercel_schemas.model.project import Project
from tiercel_schemas.versions import KestraVersion
root = Path({str(tmp_path)!r})
sleep = {{"id": "s", "type": "io.kestra.plugin.core.flow.Sleep", "duration": "PT0.2S"}}
flow = expand_flow({{"tasks": ["a", sleep, "b"]}}, KestraVersion.V2_0)
def die(line):
    if line.get("message", "").startswith("Waiting"):
        os.kill(os.getpid(), 9)
history = History(root / "executions.db")
run_flow(RunRequest(flow, Surroundings(local_services(root / "state", Project(), root, {{}}), history=history)), die)
"""
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, timeout=60, check=False, env=os.environ)
    assert done.returncode == -9
    history = History(tmp_path / "executions.db")
    [summary] = history.find(Search())
    assert summary.interrupted
    assert summary.state == "RUNNING"
    before = history.execution(summary.id)
    assert before is not None

    async def restart() -> Any:
        async with Engine(_surroundings(tmp_path, history)) as engine:
            engine.restart(summary.id)
            return await engine.wait(summary.id)

    after = anyio.run(restart)
    assert after.state is State.SUCCESS
    assert [run.task_id for run in after.ordered_task_runs()] == ["a", "s", "b"]
    assert {run.id for run in before.task_runs.values()} <= set(after.task_runs)
    assert not history.find(Search())[0].interrupted
    history.close()


def test_a_file_that_is_no_history(tmp_path: Path) -> None:
    path = tmp_path / "executions.db"
    path.write_bytes(b"not a database, but long enough to look at" * 40)
    with pytest.raises(HistoryError):
        History(path)


def test_nothing_is_known_of_an_id_never_seen(history: History) -> None:
    assert history.execution("nope") is None
    assert list(history.lines("nope")) == []


def test_a_simulated_log_of_every_kind_of_event_comes_back(history: History) -> None:
    flow = expand_flow(
        {
            "tasks": [
                {"id": "p", "type": "Pause", "pauseDuration": "PT5S"},
                {"id": "a", "retry": {"type": "constant", "interval": "PT1S", "maxAttempts": 2}},
                {"id": "w", "type": "WorkingDirectory", "tasks": ["b"]},
            ],
            "outputs": [{"id": "o", "type": "STRING", "value": "x"}],
        },
        KestraVersion.V2_0,
    )
    simulation = Simulation([flow], {"a": ["FAILED", "SUCCESS"]})
    execution_id = simulation.start(flow)
    simulation.run()
    from tiercel_engine.core.decide import decide

    execution = None
    for event in simulation.logs[execution_id]:
        execution, _ = decide(execution, event)
        history.append(execution, event)
    history.commit()
    assert list(history.events(execution_id)) == simulation.logs[execution_id]
    assert history.execution(execution_id) == simulation.executions[execution_id]


def test_one_execution_is_found_by_its_id_and_by_how_that_begins(tmp_path: Path, history: History) -> None:
    flow = expand_flow({"tasks": ["a"]}, KestraVersion.V2_0)
    first, second = (run_flow(RunRequest(flow, _surroundings(tmp_path, history))) for _ in range(2))
    summary = history.summary(first.id)
    assert summary is not None
    assert (summary.id, summary.state) == (first.id, "SUCCESS")
    assert history.summary("nope") is None
    assert history.ids_beginning(first.id, 2) == [first.id]
    assert set(history.ids_beginning("", 9)) == {first.id, second.id}
    assert history.ids_beginning("%", 9) == []
    events = list(history.events(first.id))
    assert list(history.events(first.id, skip=2)) == events[2:]


async def test_what_a_task_logs_can_be_read_and_others_can_write_while_it_works(
    tmp_path: Path, history: History
) -> None:
    sleep = {"id": "s", "type": "io.kestra.plugin.core.flow.Sleep", "duration": "PT60S"}
    flow = expand_flow({"tasks": [sleep]}, KestraVersion.V2_0)
    told = anyio.Event()

    def listen(line: Any) -> None:
        if line["event"] == "log":
            told.set()

    other = History(tmp_path / ".tiercel" / "executions.db")
    with anyio.fail_after(20):
        async with Engine(_surroundings(tmp_path, history), listen) as engine:
            execution_id = engine.start(flow)
            await told.wait()
            while not list(other.lines(execution_id)):  # noqa: ASYNC110 - a file tells no event
                await anyio.sleep(0.01)
            [line] = other.lines(execution_id)
            assert list(other.lines(execution_id, skip=1)) == []
            other.keep_line("another", line)
            other.commit()
    other.close()


def test_of_a_task_run_no_more_is_kept_than_a_bound_and_the_stream_tells_all(
    tmp_path: Path, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tiercel_engine.store.lines.MOST_LINES", 10)
    shell = {
        "id": "s",
        "type": "io.kestra.plugin.scripts.shell.Commands",
        "commands": ["for i in $(seq 1 500); do echo line $i; done"],
        "taskRunner": {"type": "io.kestra.plugin.core.runner.Process"},
    }
    after = {"id": "r", "type": RETURN, "format": "after"}
    told: list[Any] = []
    flow = expand_flow({"tasks": [shell, after]}, KestraVersion.V2_0)
    execution = run_flow(RunRequest(flow, _surroundings(tmp_path, history)), told.append)
    assert sum(line.get("message", "").startswith("line ") for line in told) == 500
    [notice] = [line for line in told if line["event"] == "notice"]
    assert notice["code"] == "history-bound"
    kept = list(history.lines(execution.id))
    of_shell = [line for line in kept if line["taskId"] == "s"]
    assert len(of_shell) == 11
    assert (of_shell[-1]["level"], of_shell[-1]["message"]) == ("WARN", notice["message"])
    assert of_shell[:-1] == [line for line in told if line["event"] == "log"][:10]
    assert [line["message"] for line in kept if line["taskId"] == "r"] == ["after"]


def test_long_lines_reach_the_bound_by_their_size(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tiercel_engine.store.lines.MOST_BYTES", 5000)
    line = {"event": "log", "time": "t", "executionId": "e", "taskRunId": "r", "message": "x" * 1000}
    told = [history.keep_line("e", line) for _ in range(9)]
    assert sum(each is not None for each in told) == 1
    short = {**line, "message": ""}
    history.keep_line("e", short)
    assert [each["message"][:1] for each in history.lines("e")] == ["x"] * 4 + ["T"]


def test_lines_of_an_earlier_release_are_read_too(tmp_path: Path, history: History) -> None:
    import json
    import sqlite3

    line = {"event": "log", "time": "t", "executionId": "e", "message": "m"}
    history.keep_line("e", line)
    history.commit()
    with sqlite3.connect(tmp_path / ".tiercel" / "executions.db") as database:
        database.execute("INSERT INTO lines VALUES ('e', 2, 'log', ?)", (json.dumps(line),))
    assert list(history.lines("e")) == [line, line]


async def test_what_is_unfinished_when_its_history_is_closed_is_interrupted(tmp_path: Path) -> None:
    path = tmp_path / "executions.db"
    flow = expand_flow({"tasks": [{"id": "p", "type": "io.kestra.plugin.core.flow.Pause"}]}, KestraVersion.V2_0)
    mine, reader = History(path), History(path)
    with anyio.fail_after(20):
        async with Engine(_surroundings(tmp_path, mine)) as engine:
            execution_id = engine.start(flow)
            while engine.lives[execution_id].execution.state is not State.PAUSED:  # noqa: ASYNC110 - tells no event
                await anyio.sleep(0.01)
            before = reader.summary(execution_id)
    mine.close()
    after = reader.summary(execution_id)
    reader.close()
    assert before is not None
    assert after is not None
    assert (before.interrupted, after.interrupted) == (False, True)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere what has ended is told by no file")
def test_a_process_that_has_ended_is_no_owner_even_if_nobody_asked_how(tmp_path: Path, history: History) -> None:
    flow = expand_flow({"tasks": ["a"]}, KestraVersion.V2_0)
    execution = run_flow(RunRequest(flow, _surroundings(tmp_path, history)))
    process = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.read()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    with sqlite3.connect(tmp_path / ".tiercel" / "executions.db") as db:
        db.execute("UPDATE executions SET finished = 0, owner = ?", (process.pid,))
    summary = history.summary(execution.id)
    assert summary is not None
    assert summary.interrupted
    process.wait()
    process.stdout.close()
