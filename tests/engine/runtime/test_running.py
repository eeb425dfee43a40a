"""Flows run for real: tasks of ours, expressions, the event stream."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.engine.core.simulation import expand_flow
from tiercel_engine.core.states import State
from tiercel_engine.inputs import InputError
from tiercel_engine.runtime import CheckError, Engine, Surroundings, UnknownExecutionError
from tiercel_schemas.versions import KestraVersion

LOG = "io.kestra.plugin.core.log.Log"
RETURN = "io.kestra.plugin.core.debug.Return"
FAIL = "io.kestra.plugin.core.execution.Fail"
SLEEP = "io.kestra.plugin.core.flow.Sleep"


def test_expressions_see_inputs_outputs_and_variables(run: Any) -> None:
    execution, _ = run(
        {
            "inputs": [{"id": "n", "type": "INT", "defaults": 2}],
            "variables": {"v": "x"},
            "tasks": [
                {"id": "a", "type": RETURN, "format": "{{ inputs.n + 1 }}"},
                {"id": "b", "type": RETURN, "format": "{{ outputs.a.value }} {{ vars.v }} {{ flow.id }} {{ task.id }}"},
            ],
            "outputs": [{"id": "o", "type": "STRING", "value": "{{ outputs.b.value }}!"}],
        },
        inputs={"n": "4"},
    )
    assert execution.state is State.SUCCESS
    assert execution.outputs == {"o": "5 x main b!"}


def test_the_stream_tells_each_state_once_and_ends_with_the_execution(run: Any) -> None:
    execution, lines = run({"tasks": [{"id": "a", "type": LOG, "message": "hello"}]})
    assert [line["event"] for line in lines] == [
        "execution.created",
        "execution.state",
        "taskrun.created",
        "taskrun.state",
        "execution.state",
        "taskrun.state",
        "taskrun.state",
        "log",
        "taskrun.state",
        "execution.state",
        "execution.finished",
    ]
    assert all(line["executionId"] == execution.id for line in lines)
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)
    finished = json.loads(json.dumps(lines[-1]))["execution"]
    assert finished["state"]["current"] == "SUCCESS"
    assert [entry["state"] for entry in finished["state"]["histories"]] == ["CREATED", "RUNNING", "SUCCESS"]
    assert finished["taskRunList"][0]["taskId"] == "a"
    assert finished["taskRunList"][0]["attempts"][0]["state"]["current"] == "SUCCESS"


def test_a_failure_is_logged_with_its_message(run: Any) -> None:
    execution, lines = run({"tasks": [{"id": "a", "type": FAIL, "errorMessage": "broke"}]})
    assert execution.state is State.FAILED
    logs = [(line["level"], line["message"], line["taskId"]) for line in lines if line["event"] == "log"]
    assert ("ERROR", "broke", "a") in logs
    ends = [line for line in lines if line["event"] == "taskrun.state" and line["state"] == "FAILED"]
    assert ends[0]["message"] == "broke"


def test_secrets_are_masked_wherever_they_come_out(run: Any) -> None:
    _, lines = run({"tasks": [{"id": "a", "type": RETURN, "format": "it is {{ secret('TOKEN') }}"}]})
    assert "hush-hush" not in json.dumps(lines)
    assert any(line.get("outputs") == {"value": "it is ******"} for line in lines)


def test_a_timeout_stops_the_attempt(run: Any) -> None:
    execution, lines = run({"tasks": [{"id": "a", "type": SLEEP, "duration": "PT60S", "timeout": "PT0.05S"}]})
    assert execution.state is State.FAILED
    assert any(line.get("message") == "Timeout after 00:00:00.050" for line in lines if line["event"] == "log")


def test_a_retry_keeps_the_task_run_and_adds_attempts(run: Any) -> None:
    retry = {"type": "constant", "interval": "PT0.01S", "maxAttempts": 3}
    execution, lines = run(
        {
            "tasks": [
                {"id": "a", "type": FAIL, "condition": "{{ taskrun.attemptsCount < 2 }}", "retry": retry},
            ]
        }
    )
    assert execution.state is State.SUCCESS
    assert len(execution.ordered_task_runs()[0].attempts) == 3
    running = [line["attempt"] for line in lines if line["event"] == "taskrun.state" and line["state"] == "RUNNING"]
    assert running == [0, 1, 2]


def test_a_subflow_gets_inputs_and_gives_outputs(run: Any) -> None:
    execution, lines = run(
        {
            "tasks": [
                {"id": "s", "type": "Subflow", "namespace": "a.b", "flowId": "child", "inputs": {"x": "{{ 20 + 1 }}"}},
                {"id": "r", "type": RETURN, "format": "{{ outputs.s.outputs.y }} {{ outputs.s.state }}"},
            ]
        },
        {
            "id": "child",
            "inputs": [{"id": "x", "type": "INT"}],
            "tasks": [{"id": "c", "type": RETURN, "format": "{{ inputs.x * 2 }} {{ trigger.taskId }}"}],
            "outputs": [{"id": "y", "type": "STRING", "value": "{{ outputs.c.value }}"}],
        },
    )
    assert execution.ordered_task_runs()[1].outputs == {"value": "42 s SUCCESS"}
    created = [line for line in lines if line["event"] == "execution.created"]
    assert [line["flowId"] for line in created] == ["main", "child"]
    assert len([line for line in lines if line["event"] == "execution.finished"]) == 2


def test_iterations_see_their_item_and_the_outputs_before_the_loop(run: Any) -> None:
    execution, _ = run(
        {
            "tasks": [
                {"id": "a", "type": RETURN, "format": "before"},
                {
                    "id": "l",
                    "type": "Loop",
                    "values": ["x", "y"],
                    "outputs": [{"id": "o", "type": "STRING", "value": "{{ outputs.b.value }}"}],
                    "tasks": [
                        {"id": "b", "type": RETURN, "format": "{{ item.index }}{{ item.value }} {{ outputs.a.value }}"}
                    ],
                },
            ]
        }
    )
    outputs = execution.ordered_task_runs()[1].outputs["outputs"]
    assert [entry["outputs"]["o"] for entry in outputs] == ["0x before", "1y before"]


def test_children_of_a_working_directory_share_it(run: Any) -> None:
    shell = "io.kestra.plugin.scripts.shell.Commands"
    runner = {"type": "io.kestra.plugin.core.runner.Process"}
    execution, lines = run(
        {
            "tasks": [
                {
                    "id": "w",
                    "type": "WorkingDirectory",
                    "outputFiles": ["*.txt"],
                    "tasks": [
                        {"id": "a", "type": shell, "taskRunner": runner, "commands": ["echo one > f.txt"]},
                        {"id": "b", "type": shell, "taskRunner": runner, "commands": ["cat f.txt"]},
                    ],
                }
            ]
        }
    )
    assert execution.state is State.SUCCESS
    assert any(line.get("message") == "one" for line in lines)
    assert list(execution.ordered_task_runs()[0].outputs["outputFiles"]) == ["f.txt"]


def test_a_type_that_nobody_runs_fails_its_task(run: Any) -> None:
    execution, _ = run({"tasks": [{"id": "a", "type": "io.kestra.plugin.nope.Task"}]})
    assert execution.state is State.FAILED


def test_wrong_inputs_and_blocking_checks_create_nothing(run: Any) -> None:
    with pytest.raises(InputError, match="Missing required input:n"):
        run({"inputs": [{"id": "n", "type": "INT"}], "tasks": ["a"]})
    with pytest.raises(CheckError, match="no way"):
        run({"checks": [{"when": "{{ 1 == 2 }}", "message": "no way"}], "tasks": ["a"]})


def test_a_check_may_let_the_execution_fail(run: Any) -> None:
    execution, _ = run(
        {"checks": [{"when": "{{ false }}", "message": "no", "behavior": "FAIL_EXECUTION"}], "tasks": ["a"]}
    )
    assert [change.state for change in execution.history] == [State.CREATED, State.FAILED]
    assert not execution.task_runs


async def test_a_kill_reaches_the_process(surroundings: Callable[..., Surroundings]) -> None:
    shell = {"id": "a", "type": "io.kestra.plugin.scripts.shell.Commands", "commands": ["echo begun", "sleep 60"]}
    shell["taskRunner"] = {"type": "io.kestra.plugin.core.runner.Process"}
    flow = expand_flow({"tasks": [shell, "b"]}, KestraVersion.V2_0)
    begun = anyio.Event()

    def listen(line: Any) -> None:
        if line.get("message") == "begun":
            begun.set()

    with anyio.fail_after(20):
        async with Engine(surroundings(flow), listen) as engine:
            execution_id = engine.start(flow)
            await begun.wait()
            engine.kill(execution_id)
            execution = await engine.wait(execution_id)
    assert [change.state.value for change in execution.history] == ["CREATED", "RUNNING", "KILLING", "KILLED"]
    assert [run.state for run in execution.ordered_task_runs()] == [State.KILLED]


async def test_many_executions_at_once(surroundings: Callable[..., Surroundings]) -> None:
    flow = expand_flow({"tasks": [{"id": "p", "type": "Parallel", "tasks": ["a", "b"]}, "c"]}, KestraVersion.V2_0)
    async with Engine(surroundings(flow, max_parallel=8)) as engine:
        ids = [engine.start(flow) for _ in range(100)]
        executions = [await engine.wait(execution_id) for execution_id in ids]
    assert {execution.state for execution in executions} == {State.SUCCESS}
    assert len({execution.id for execution in executions}) == 100


async def test_a_queued_execution_takes_the_place_of_the_one_before(
    surroundings: Callable[..., Surroundings],
) -> None:
    written = {"concurrency": {"limit": 1}, "tasks": [{"id": "a", "type": SLEEP, "duration": "PT0.05S"}]}
    flow = expand_flow(written, KestraVersion.V2_0)
    async with Engine(surroundings(flow)) as engine:
        ids = [engine.start(flow) for _ in range(3)]
        executions = [await engine.wait(execution_id) for execution_id in ids]
    histories = [[change.state.value for change in execution.history] for execution in executions]
    assert histories[0] == ["CREATED", "RUNNING", "SUCCESS"]
    assert histories[1:] == [["CREATED", "QUEUED", "RUNNING", "SUCCESS"]] * 2


async def test_pausing_and_resuming_with_inputs(surroundings: Callable[..., Surroundings]) -> None:
    flow = expand_flow(
        {
            "tasks": [
                {"id": "p", "type": "Pause", "onResume": [{"id": "ok", "type": "BOOL"}]},
                {"id": "r", "type": RETURN, "format": "{{ outputs.p.onResume.ok }} {{ outputs.p.resumed.to }}"},
            ]
        },
        KestraVersion.V2_0,
    )
    paused = anyio.Event()

    def listen(line: Any) -> None:
        if line["event"] == "execution.state" and line["state"] == "PAUSED":
            paused.set()

    with anyio.fail_after(20):
        async with Engine(surroundings(flow), listen) as engine:
            execution_id = engine.start(flow)
            await paused.wait()
            engine.resume(execution_id, {"ok": "true"})
            execution = await engine.wait(execution_id)
    assert execution.ordered_task_runs()[1].outputs == {"value": "true SUCCESS"}


async def test_an_execution_that_nobody_knows(surroundings: Callable[..., Surroundings]) -> None:
    async with Engine(surroundings()) as engine:
        with pytest.raises(UnknownExecutionError):
            engine.kill("nope")
        with pytest.raises(UnknownExecutionError):
            engine.restart("nope")


async def test_a_kill_leaves_no_shared_directory(
    surroundings: Callable[..., Surroundings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    sleep = {"id": "a", "type": SLEEP, "duration": "PT60S"}
    flow = expand_flow({"tasks": [{"id": "w", "type": "WorkingDirectory", "tasks": [sleep]}]}, KestraVersion.V2_0)
    begun = anyio.Event()

    def listen(line: Any) -> None:
        if line["event"] == "log":
            begun.set()

    with anyio.fail_after(20):
        async with Engine(surroundings(flow), listen) as engine:
            execution_id = engine.start(flow)
            await begun.wait()
            assert list((tmp_path / "temporary").iterdir())
            engine.kill(execution_id)
            await engine.wait(execution_id)
            assert not list((tmp_path / "temporary").iterdir())


def test_a_working_directory_keeps_what_its_cache_names(run: Any) -> None:
    shell = "io.kestra.plugin.scripts.shell.Commands"
    task = {
        "id": "d",
        "type": "WorkingDirectory",
        "cache": {"patterns": ["kept/**"], "ttl": "PT1H"},
        "tasks": [
            {
                "id": "s",
                "type": shell,
                "taskRunner": {"type": "io.kestra.plugin.core.runner.Process"},
                "commands": ["ls -A | tr '\\n' ' '", "mkdir -p kept; echo x >> kept/a; echo x > other"],
            }
        ],
    }
    told = []
    for _ in range(3):
        execution, lines = run({"tasks": [task]})
        assert execution.state is State.SUCCESS
        told.append([line["message"].strip() for line in lines if line["event"] == "log" and line["level"] == "INFO"])
    assert told == [[], ["kept"], ["kept"]]


def test_a_subflow_waits_for_its_date(run: Any) -> None:
    child = {"id": "child", "tasks": ["t"]}
    task = {"id": "s", "type": "Subflow", "namespace": "a.b", "flowId": "child"}
    soon = (datetime.now(UTC) + timedelta(seconds=0.4)).isoformat()
    execution, lines = run({"tasks": [{**task, "scheduleDate": soon}]}, child)
    assert execution.state is State.SUCCESS
    created, running = (
        datetime.fromisoformat(line["time"])
        for line in lines
        if line["event"] == "execution.state" and line["executionId"] != execution.id and line["state"] != "SUCCESS"
    )
    assert running >= datetime.fromisoformat(soon) > created
    assert run({"tasks": [{**task, "scheduleDate": "soon"}]}, child)[0].state is State.FAILED
