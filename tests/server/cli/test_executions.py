"""`tiercel executions`: what was run is found, shown, followed and restarted, by real runs in a temporary workspace."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tiercel_server.cli.history.moments import moment
from tiercel_server.cli.main import cli

LOG = "io.kestra.plugin.core.log.Log"
FAIL = "io.kestra.plugin.core.execution.Fail"
SHELL = "io.kestra.plugin.scripts.shell.Commands, taskRunner: {type: io.kestra.plugin.core.runner.Process}"
posix = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")

GOOD = f"""id: good
namespace: my.ns
inputs:
  - {{id: n, type: INT, defaults: 1}}
labels: {{team: data}}
tasks:
  - {{id: say, type: {LOG}, message: 'Hello {{{{ inputs.n }}}}'}}
  - {{id: give, type: io.kestra.plugin.core.debug.Return, format: 'n={{{{ inputs.n }}}}'}}
outputs:
  - {{id: o, type: STRING, value: '{{{{ outputs.give.value }}}}'}}
"""
BAD = f"""id: bad
namespace: my.other
tasks:
  - {{id: before, type: {LOG}, message: so far}}
  - {{id: break, type: {FAIL}, errorMessage: boom}}
  - {{id: after, type: {LOG}, message: never}}
errors:
  - {{id: alert, type: {LOG}, level: WARN, message: careful}}
"""
WAIT = "for turn in $(seq 600); do [ -e '{{ inputs.gate }}' ] && break; sleep 0.05; done"
"""Until the gate is there, but not for ever: what a killed run leaves behind must end some day."""
GATE = f"""id: gate
namespace: my.ns
tasks:
  - {{id: before, type: {LOG}, message: so far}}
  - {{id: wait, type: {SHELL}, commands: ["echo waiting; {WAIT}"]}}
  - {{id: after, type: {LOG}, message: gone on}}
inputs:
  - {{id: gate, type: STRING}}
"""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def executions(workspace: Path) -> Callable[..., Result]:
    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(cli, ["executions", *arguments])

    return invoke


def run(text: str, *arguments: str) -> dict[str, Any]:
    """Run a flow and give its execution."""
    Path("flow.yaml").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(cli, ["run", "flow.yaml", "--format", "json", *arguments])
    execution: dict[str, Any] = json.loads(result.stdout)
    return execution


@contextmanager
def at_work(text: str, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A run in a process of its own, once its gate has said `waiting`; killed when left."""
    Path("gate.yaml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "tiercel_server", "run", "gate.yaml", "--format", "jsonl", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        execution_id = ""
        for line in process.stdout:
            event = json.loads(line)
            execution_id = execution_id or event["executionId"] or ""
            if event.get("message") == "waiting":
                break
        yield process, execution_id
    finally:
        process.kill()
        process.wait(30)
        process.stdout.close()


def interrupted(gate: Path) -> str:
    """The id of an execution whose process was killed in the middle."""
    with at_work(GATE, "--input", f"gate={gate}") as (process, execution_id):
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    return execution_id


def listed(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [entry["id"] for entry in json.loads(result.stdout)]


def test_the_list_is_searched_by_flow_namespace_state_label_and_date(executions: Callable[..., Result]) -> None:
    good, bad = run(GOOD)["id"], run(BAD, "--label", "run=night shift")["id"]
    everything = executions("list")
    assert everything.exit_code == 0
    head, first, second = everything.stdout.splitlines()
    assert head.split() == ["ID", "STATE", "STARTED", "TIME", "FLOW", "LABELS"]
    assert first.split()[:2] == [bad, "FAILED"]
    assert first.endswith("my.other.bad  run=night shift")
    assert second.split()[:2] == [good, "SUCCESS"]
    searches: dict[tuple[str, ...], list[str]] = {
        (): [bad, good],
        ("--limit", "1"): [bad],
        ("--flow", "good"): [good],
        ("--namespace", "my.other"): [bad],
        ("--state", "success"): [good],
        ("--state", "SUCCESS", "--state", "FAILED"): [bad, good],
        ("--state", "INTERRUPTED"): [],
        ("--label", "team=data"): [good],
        ("--label", "team=data", "--label", "run=night shift"): [],
        ("--label", "run=night shift"): [bad],
        ("--since", "1h"): [bad, good],
        ("--since", "PT1H", "--until", "2999-01-01"): [bad, good],
        ("--until", "1h"): [],
        ("--since", "2999-01-01T00:00:00Z"): [],
    }
    found = {search: listed(executions("list", "--format", "json", *search)) for search in searches}
    assert found == searches
    nothing = executions("list", "--flow", "nope")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert nothing.stderr == "No execution matches.\n"


def test_the_list_as_json_has_the_shape_of_an_execution(executions: Callable[..., Result]) -> None:
    execution = run(GOOD)
    [entry] = json.loads(executions("list", "--format", "json").stdout)
    state = execution["state"]
    assert {name: entry[name] for name in ("id", "namespace", "flowId")} == {
        name: execution[name] for name in ("id", "namespace", "flowId")
    }
    assert entry["state"] == {name: state[name] for name in ("current", "startDate", "endDate")}
    assert {"key": "team", "value": "data"} in entry["labels"]
    assert "interrupted" not in entry


def test_show_gives_the_very_execution_that_run_gave(executions: Callable[..., Result]) -> None:
    execution = run(GOOD, "--input", "n=5")
    result = executions("show", execution["id"], "--format", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == execution


def test_show_draws_task_runs_with_states_and_outputs(executions: Callable[..., Result]) -> None:
    execution = run(
        BAD.replace("errors:", "errors:\n  - {id: keep, type: io.kestra.plugin.core.debug.Return, format: v}")
    )
    shown = executions("show", "last").stdout
    assert f"Execution {execution['id']} of my.other.bad (Kestra 2.0)" in shown
    assert "✗ my.other.bad FAILED" in shown
    assert "├── ✓ before SUCCESS" in shown
    assert "├── ✗ break FAILED" in shown
    assert "boom" in shown
    assert "value = v" in shown
    assert "after" not in shown
    run(GOOD, "--input", "n=5", "--label", "x=y")
    shown = executions("show", "last").stdout
    assert "Labels  team=data x=y" in shown
    assert "Inputs  n = 5" in shown
    assert shown.endswith("\n  o = n=5\n")


def test_show_draws_iterations_and_subflows_below_the_task_that_started_them(
    executions: Callable[..., Result],
) -> None:
    Path("good.yaml").write_text(GOOD, encoding="utf-8")
    run("""id: outer
namespace: my.ns
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.Loop
    values: [x, y]
    tasks:
      - {id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: my.ns, flowId: good, inputs: {n: 3}}
""")
    lines = [line.split(" SUCCESS")[0] for line in executions("show", "last").stdout.splitlines() if "✓" in line]
    assert [line.split("✓ ")[1] for line in lines] == [
        "my.ns.outer",
        "each",
        *("each[x]", "call", "my.ns.good", "say", "give"),
        *("each[y]", "call", "my.ns.good", "say", "give"),
    ]
    depths = [line.index("✓") for line in lines]
    assert depths == [0, 4, 8, 12, 16, 20, 20, 8, 12, 16, 20, 20]


def test_what_is_too_long_to_draw_is_counted(
    executions: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    say = f"{{id: say, type: {LOG}, message: x}}"
    loop = f"{{id: each, type: io.kestra.plugin.core.flow.Loop, values: [1, 2, 3, 4, 5], tasks: [{say}]}}"
    run(f"id: outer\nnamespace: my.ns\ntasks:\n  - {loop}\n  - {say.replace('say', 'other')}\n")
    assert executions("show", "last").stdout.count("each[") == 5
    monkeypatch.setattr("tiercel_server.cli.history.show_command.MOST_REPETITIONS", 4)
    shown = executions("show", "last").stdout
    assert "each[" not in shown
    assert "    └── ✓ 5 SUCCESS\n" in shown.replace("│", " ")
    assert "└── ✓ other SUCCESS" in shown


def test_last_is_the_newest_run_not_what_it_called(executions: Callable[..., Result]) -> None:
    Path("good.yaml").write_text(GOOD, encoding="utf-8")
    call = "{id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: my.ns, flowId: good}"
    caller = run(f"id: outer\nnamespace: my.ns\ntasks:\n  - {call}\n")
    newest = listed(executions("list", "--format", "json"))[0]
    assert newest != caller["id"]
    assert json.loads(executions("show", "last", "--format", "json").stdout)["id"] == caller["id"]


def test_an_id_may_be_shortened_as_long_as_it_is_the_only_one(executions: Callable[..., Result]) -> None:
    ids = [run(GOOD)["id"] for _ in range(2)]
    length = next(size for size in range(1, 22) if ids[0][:size] != ids[1][:size])
    for execution_id in ids:
        shown = executions("show", execution_id[:length], "--format", "json")
        assert json.loads(shown.stdout)["id"] == execution_id
    unknown = executions("show", "no-such-id")
    assert unknown.exit_code == 2
    assert "holds no execution 'no-such-id'" in unknown.stderr
    assert all(execution_id in unknown.stderr for execution_id in ids)


def test_an_ambiguous_beginning_names_what_it_may_mean(
    executions: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = iter(["sameA", "sameB"])
    monkeypatch.setattr("tiercel_engine.runtime.starting.new_id", lambda: next(ids))
    run(GOOD)
    run(GOOD)
    result = executions("show", "same")
    assert result.exit_code == 2
    assert "Several executions begin with 'same'" in result.stderr
    assert "sameA" in result.stderr
    assert "sameB" in result.stderr
    assert executions("show", "").exit_code == 2


def test_logs_are_chosen_by_task_and_level(executions: Callable[..., Result]) -> None:
    execution = run(BAD)
    lines = executions("logs", "last").stdout.splitlines()
    assert [line.split(" ", 2)[2] for line in lines] == [
        "INFO  before | so far",
        "ERROR break | boom",
        "WARN  alert | careful",
    ]
    entries = json.loads(executions("logs", "last", "--level", "warn", "--format", "json").stdout)
    assert [(entry["level"], entry["taskId"], entry["message"]) for entry in entries] == [
        ("ERROR", "break", "boom"),
        ("WARN", "alert", "careful"),
    ]
    runs = {task["taskId"]: task["id"] for task in execution["taskRunList"]}
    assert entries[0]["taskRunId"] == runs["break"]
    assert entries[0]["attemptNumber"] == 0
    assert (entries[0]["namespace"], entries[0]["flowId"], entries[0]["executionId"]) == (
        "my.other",
        "bad",
        execution["id"],
    )
    [only] = executions("logs", "last", "--task", "before", "--format", "jsonl").stdout.splitlines()
    assert json.loads(only)["message"] == "so far"
    wrong = executions("logs", "last", "--task", "befor")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert "has no task 'befor'. Did you mean 'before'?" in wrong.stderr


@posix
def test_an_execution_at_work_is_listed_followed_and_not_restarted(
    executions: Callable[..., Result], workspace: Path
) -> None:
    gate = workspace / "open"
    with at_work(GATE, "--input", f"gate={gate}") as (process, execution_id):
        assert listed(executions("list", "--state", "RUNNING", "--format", "json")) == [execution_id]
        refused = executions("restart", "last")
        assert (refused.exit_code, "still at work" in refused.stderr) == (2, True)
        command = [sys.executable, "-m", "tiercel_server", "executions", "logs", "last", "--follow"]
        follower = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert follower.stdout is not None
        followed = []
        for line in follower.stdout:
            followed.append(line)
            if "waiting" in line:
                gate.touch()
        assert follower.wait(30) == 0
        follower.stdout.close()
        assert process.wait(30) == 0
    assert [line.split(" | ")[1].strip() for line in followed] == ["so far", "waiting", "gone on"]


@posix
def test_following_is_left_with_ctrl_c(workspace: Path) -> None:
    gate = workspace / "open"
    with at_work(GATE, "--input", f"gate={gate}") as (process, _):
        command = [sys.executable, "-m", "tiercel_server", "executions", "logs", "last", "--follow"]
        follower = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert follower.stdout is not None
        next(follower.stdout)
        follower.send_signal(signal.SIGINT)
        _, errors = follower.communicate(timeout=30)
        gate.touch()
        assert process.wait(30) == 0
    assert follower.returncode == 130
    assert errors == ""


@posix
def test_what_a_kill_cut_off_is_shown_as_interrupted_and_goes_on(
    executions: Callable[..., Result], workspace: Path
) -> None:
    gate = workspace / "open"
    execution_id = interrupted(gate)
    assert executions("list").stdout.splitlines()[1].split()[:2] == [execution_id, "INTERRUPTED"]
    assert listed(executions("list", "--state", "interrupted", "--format", "json")) == [execution_id]
    assert listed(executions("list", "--state", "RUNNING", "--format", "json")) == []
    before = json.loads(executions("show", "last", "--format", "json").stdout)
    assert (before["interrupted"], before["state"]["current"]) == (True, "RUNNING")
    shown = executions("show", "last").stdout
    assert "✗ my.ns.gate INTERRUPTED" in shown
    assert "├── ✓ before SUCCESS" in shown
    assert "└── ✗ wait INTERRUPTED" in shown
    assert f"`tiercel executions restart {execution_id}` lets it go on" in shown
    assert "so far" in executions("logs", "last", "--follow").stdout
    gate.touch()
    result = executions("restart", execution_id[:8])
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == f"Execution {execution_id} of my.ns.gate (Kestra 2.0) again"
    assert "  INFO  after | gone on" in lines
    assert not any("so far" in line for line in lines)
    assert "my.ns.gate SUCCESS in" in lines[-1]
    after = json.loads(executions("show", "last", "--format", "json").stdout)
    assert after["state"]["current"] == "SUCCESS"
    assert "interrupted" not in after
    states = [step["state"] for step in after["state"]["histories"]]
    assert states == ["CREATED", "RUNNING", "RESTARTED", "RUNNING", "SUCCESS"]
    assert [task["id"] for task in after["taskRunList"]][:2] == [task["id"] for task in before["taskRunList"]]


FLAKY = f"""id: flaky
namespace: my.ns
inputs:
  - {{id: gate, type: STRING}}
tasks:
  - {{id: done, type: {LOG}, message: only once}}
  - {{id: try, type: {SHELL}, commands: ["[ -e '{{{{ inputs.gate }}}}' ]"]}}
"""


@posix
def test_a_failed_execution_is_restarted_until_it_succeeds(executions: Callable[..., Result], workspace: Path) -> None:
    gate = workspace / "open"
    execution = run(FLAKY, "--input", f"gate={gate}")
    again = executions("restart", "last", "--format", "json")
    assert again.exit_code == 1
    assert json.loads(again.stdout)["state"]["current"] == "FAILED"
    gate.touch()
    final = executions("restart", "last", "--format", "json")
    assert final.exit_code == 0
    shape = json.loads(final.stdout)
    assert shape["id"] == execution["id"]
    assert shape["metadata"]["attemptNumber"] == 3
    assert {"key": "system.restarted", "value": "true"} in shape["labels"]
    assert json.loads(executions("show", "last", "--format", "json").stdout) == shape
    messages = [
        json.loads(line)["message"] for line in executions("logs", "last", "--format", "jsonl").stdout.splitlines()
    ]
    assert messages.count("only once") == 1
    needless = executions("restart", "last")
    assert needless.exit_code == 2
    assert "ended in SUCCESS" in needless.stderr


@posix
def test_the_stream_of_a_restart_begins_with_what_went_before(
    executions: Callable[..., Result], workspace: Path
) -> None:
    run(FLAKY, "--input", f"gate={workspace / 'open'}")
    (workspace / "open").touch()
    events = [json.loads(line) for line in executions("restart", "last", "--format", "jsonl").stdout.splitlines()]
    assert [event["event"] for event in events].count("execution.created") == 1
    assert events[0]["event"] == "execution.created"
    states = [event["state"] for event in events if event["event"] == "execution.state"]
    assert states == ["CREATED", "RUNNING", "FAILED", "RESTARTED", "RUNNING", "SUCCESS"]
    assert [event["event"] for event in events].count("execution.finished") == 1
    assert events[-1]["execution"]["state"]["current"] == "SUCCESS"
    assert [event["time"] for event in events] == sorted(event["time"] for event in events)


@posix
def test_a_failed_iteration_is_restarted_with_its_loop(executions: Callable[..., Result], workspace: Path) -> None:
    gate = workspace / "open"
    run(
        f"""id: loops
namespace: my.ns
inputs:
  - {{id: gate, type: STRING}}
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.Loop
    values: [x]
    tasks:
      - {{id: try, type: {SHELL}, commands: ["[ -e '{{{{ inputs.gate }}}}' ]"]}}
""",
        "--input",
        f"gate={gate}",
    )
    parent = json.loads(executions("show", "last", "--format", "json").stdout)
    entries = json.loads(executions("logs", "last", "--task", "try", "--format", "json").stdout)
    [iteration] = {entry["executionId"] for entry in entries}
    refused = executions("restart", iteration)
    assert refused.exit_code == 2
    assert f"`tiercel executions restart {parent['id']}`" in refused.stderr
    gate.touch()
    result = executions("restart", parent["id"])
    assert result.exit_code == 0, result.output
    assert "✓ each[x] › try SUCCESS" in result.stdout


@posix
def test_a_subflow_is_restarted_by_itself_and_with_its_caller(
    executions: Callable[..., Result], workspace: Path
) -> None:
    gate = workspace / "open"
    Path("flaky.yaml").write_text(FLAKY, encoding="utf-8")
    inputs = f"inputs: {{gate: '{gate}'}}"
    call = f"{{id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: my.ns, flowId: flaky, {inputs}}}"
    caller = run(f"id: outer\nnamespace: my.ns\ntasks:\n  - {call}\n")
    assert caller["state"]["current"] == "FAILED"
    [called] = listed(executions("list", "--flow", "flaky", "--format", "json"))
    gate.touch()
    alone = executions("restart", called)
    assert alone.exit_code == 0, alone.output
    assert json.loads(executions("show", caller["id"], "--format", "json").stdout)["state"]["current"] == "FAILED"
    result = executions("restart", "last")
    assert result.exit_code == 0, result.output
    assert "my.ns.outer SUCCESS" in result.stdout


def test_a_restart_says_when_secrets_of_the_first_run_are_gone(executions: Callable[..., Result]) -> None:
    secret = "inputs:\n  - {id: token, type: SECRET}\n"
    run(BAD.replace("tasks:", f"{secret}tasks:", 1), "--input", "token=hush-hush")
    result = executions("restart", "last")
    assert result.exit_code == 1
    assert "warn: secrets are not kept in the history: tasks that run again see ****** in inputs" in result.stdout
    assert "hush-hush" not in result.output


def test_the_workspace_is_found_as_for_a_run(executions: Callable[..., Result], workspace: Path) -> None:
    (workspace / "flows" / "deep").mkdir(parents=True)
    (workspace / "tiercel.yaml").write_text("kestra-version: 2.0\n", encoding="utf-8")
    os.chdir(workspace / "flows" / "deep")
    execution_id = run(GOOD)["id"]
    assert (workspace / ".tiercel" / "executions.db").is_file()
    assert listed(executions("list", "--format", "json")) == [execution_id]
    os.chdir(workspace.parent)
    assert listed(executions("list", "--format", "json", "--workspace", str(workspace))) == [execution_id]


MISUSE: dict[str, tuple[list[str], str]] = {
    "state": (["list", "--state", "DONE"], "'--state DONE' is no state."),
    "label": (["list", "--label", "team"], "'--label team' is no KEY=VALUE."),
    "since": (["list", "--since", "yesterday"], "'yesterday' is neither a date"),
    "limit": (["list", "--limit", "0"], "--limit"),
    "format": (["show", "last", "--format", "yaml"], "--format"),
    "subcommand": (["shw"], "No such command 'shw'"),
}


@pytest.mark.parametrize("case", MISUSE)
def test_misuse_is_exit_code_2_with_a_reason(case: str, executions: Callable[..., Result]) -> None:
    run(GOOD)
    arguments, told = MISUSE[case]
    result = executions(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


@pytest.mark.parametrize("arguments", [["list"], ["show", "last"], ["logs", "last"], ["restart", "last"]])
def test_without_a_history_the_message_says_where_it_was_sought(
    arguments: list[str], executions: Callable[..., Result], workspace: Path
) -> None:
    result = executions(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"Nothing was run in {workspace.resolve()} yet" in result.stderr
    assert not (workspace / ".tiercel").exists()


def test_a_history_that_is_none_is_told(executions: Callable[..., Result], workspace: Path) -> None:
    (workspace / ".tiercel").mkdir()
    (workspace / ".tiercel" / "executions.db").write_bytes(b"not a database, but long enough to look at" * 40)
    result = executions("list")
    assert (result.exit_code, "can't be used as history" in result.stderr) == (2, True)
    assert "Traceback" not in result.output


def test_moments_are_dates_or_lengths_of_time() -> None:
    now = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert moment("90m", now) == now - timedelta(minutes=90)
    assert moment("2w", now) == now - timedelta(weeks=2)
    assert moment("P1DT1H", now) == now - timedelta(days=1, hours=1)
    assert moment("2026-01-30T08:00:00+02:00", now) == datetime(2026, 1, 30, 6, tzinfo=UTC)
    assert moment("2026-01-30", now) == datetime(2026, 1, 30).astimezone()
    for wrong in ("", "x", "3y", "P", "999999w", "2026-13-01"):
        with pytest.raises(ValueError, match="neither a date"):
            moment(wrong, now)
