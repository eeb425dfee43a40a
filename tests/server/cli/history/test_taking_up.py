"""kill, resume, replay, restart with another flow, state, follow: real executions, many in another process."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from .conftest import Behind, Invoke, wait_for

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals and a shell")

LOG = "io.kestra.plugin.core.log.Log"
RETURN = "io.kestra.plugin.core.debug.Return"
SHELL = "io.kestra.plugin.scripts.shell.Commands, taskRunner: {type: io.kestra.plugin.core.runner.Process}"
PAUSE = f"""id: ask
namespace: a.b
tasks:
  - {{id: before, type: {LOG}, message: so far}}
  - id: pause
    type: io.kestra.plugin.core.flow.Pause
    onResume:
      - {{id: n, type: INT}}
      - {{id: why, type: STRING, defaults: because}}
  - {{id: after, type: {LOG}, message: 'n={{{{ outputs.pause.onResume.n }}}} {{{{ outputs.pause.onResume.why }}}}'}}
"""
LONG = f"""id: long
namespace: a.b
tasks:
  - {{id: work, type: {SHELL}, commands: ["echo begun; for turn in $(seq 600); do sleep 0.1; done"]}}
"""
CHAIN = f"""id: chain
namespace: a.b
inputs:
  - {{id: n, type: INT, defaults: 1}}
  - {{id: m, type: INT, defaults: 2}}
tasks:
  - {{id: one, type: {RETURN}, format: '{{{{ inputs.n }}}}-{{{{ execution.id }}}}'}}
  - {{id: two, type: {RETURN}, format: '{{{{ inputs.n }}}} {{{{ inputs.m }}}}'}}
  - {{id: three, type: {RETURN}, format: '{{{{ outputs.two.value }}}} three'}}
"""
BROKEN = f"""id: broken
namespace: a.b
tasks:
  - {{id: one, type: {RETURN}, format: fine}}
  - {{id: two, type: io.kestra.plugin.core.execution.Fail, errorMessage: boom}}
  - {{id: three, type: {LOG}, message: 'got {{{{ outputs.one.value }}}}'}}
errors:
  - {{id: alert, type: {LOG}, message: careful}}
"""


def started(behind: Callable[..., Behind], text: str, *arguments: str) -> Behind:
    Path("flow.yaml").write_text(text, encoding="utf-8")
    return behind("run", "flow.yaml", *arguments)


def current(tiercel: Invoke) -> str:
    result = tiercel("executions", "show", "last", "--format", "json")
    return "" if result.exit_code else str(json.loads(result.stdout)["state"]["current"])


def paused(tiercel: Invoke, state: str = "PAUSED") -> None:
    wait_for(lambda: current(tiercel) == state)
    assert current(tiercel) == state


def values(result: Result) -> dict[str, Any]:
    execution = json.loads(result.stdout)
    return {each["taskId"]: each.get("outputs", {}).get("value") for each in execution["taskRunList"]}


def test_a_paused_run_of_another_process_is_resumed_with_inputs_that_are_checked(
    tiercel: Invoke, behind: Callable[..., Behind]
) -> None:
    at_work = started(behind, PAUSE)
    paused(tiercel)
    for arguments, told in {
        (): "Missing required input:n",
        ("--input", "n=x"): "n",
        ("--input", "n"): "no NAME=VALUE",
        ("--input", "n=1", "--to", "RUNNING"): "no state that a Pause ends in",
    }.items():
        refused = tiercel("executions", "resume", "last", *arguments)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert told in refused.stderr
    resumed = tiercel("executions", "resume", "last", "--input", "n=7")
    assert (resumed.exit_code, "goes on" in resumed.stdout) == (0, True)
    assert at_work.ended() == 0
    assert "INFO  after | n=7 because" in at_work.told
    again = tiercel("executions", "resume", "last")
    assert (again.exit_code, "has ended in SUCCESS" in again.stderr) == (2, True)


def test_a_paused_run_whose_process_is_gone_goes_on_here(tiercel: Invoke, behind: Callable[..., Behind]) -> None:
    at_work = started(behind, PAUSE)
    paused(tiercel)
    at_work.cut_off()
    Path("inputs.yaml").write_text("n: 8\nwhy: file\n", encoding="utf-8")
    resumed = tiercel("executions", "resume", "last", "--inputs-file", "inputs.yaml")
    assert resumed.exit_code == 0, resumed.output
    assert "INFO  after | n=8 file" in resumed.stdout
    assert "so far" not in resumed.stdout
    assert current(tiercel) == "SUCCESS"


def test_a_breakpoint_stops_until_resumed(tiercel: Invoke, behind: Callable[..., Behind]) -> None:
    at_work = started(behind, CHAIN, "--breakpoint", "two")
    paused(tiercel, "BREAKPOINT")
    assert "one SUCCESS" in at_work.told
    assert tiercel("executions", "resume", "last").exit_code == 0
    assert at_work.ended() == 0
    assert "three SUCCESS" in at_work.told


@pytest.mark.parametrize("text", [LONG, PAUSE], ids=["at work", "paused"])
def test_a_run_of_another_process_is_killed(tiercel: Invoke, behind: Callable[..., Behind], text: str) -> None:
    at_work = started(behind, text)
    if text is LONG:
        at_work.until("begun")
    else:
        paused(tiercel)
    killed = tiercel("executions", "kill", "last")
    assert (killed.exit_code, killed.stdout.split()[-1]) == (0, "KILLED.")
    assert at_work.ended() == 1
    assert " KILLED in " in at_work.told
    again = tiercel("executions", "kill", "last")
    assert (again.exit_code, "has ended in KILLED" in again.stderr) == (2, True)


def test_an_interrupted_run_is_put_to_its_end_by_kill(tiercel: Invoke, behind: Callable[..., Behind]) -> None:
    at_work = started(behind, LONG)
    at_work.until("begun")
    at_work.cut_off()
    killed = tiercel("executions", "kill", "last")
    assert (killed.exit_code, "KILLED; it had been interrupted" in killed.stdout) == (0, True)
    assert current(tiercel) == "KILLED"
    assert "INTERRUPTED" not in tiercel("executions", "list").stdout


def test_a_run_of_another_process_is_followed_with_its_exit_code(
    tiercel: Invoke, behind: Callable[..., Behind], run: Callable[..., dict[str, Any]]
) -> None:
    at_work = started(behind, PAUSE)
    paused(tiercel)
    follower = behind("executions", "follow", "last")
    follower.until("so far")
    assert tiercel("executions", "resume", "last", "--input", "n=3").exit_code == 0
    assert (at_work.ended(), follower.ended()) == (0, 0)
    assert "INFO  after | n=3 because" in follower.told
    assert "a.b.ask SUCCESS in" in follower.told
    execution = run(BROKEN)
    told = tiercel("executions", "follow", "last", "--format", "json")
    assert (told.exit_code, json.loads(told.stdout)) == (1, execution)
    lines = tiercel("executions", "follow", "last", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["event"] for line in (lines[0], lines[-1])] == ["execution.created", "execution.finished"]


def test_following_one_that_is_cut_off_says_so(tiercel: Invoke, behind: Callable[..., Behind]) -> None:
    at_work = started(behind, LONG)
    at_work.until("begun")
    follower = behind("executions", "follow", "last")
    follower.until("begun")
    at_work.cut_off()
    assert follower.ended() == 1
    assert "It was interrupted; `tiercel executions restart" in follower.told


REPLAYS: dict[str, tuple[list[str], dict[str, str], list[str]]] = {
    "whole": ([], {"two": "5 2", "three": "5 2 three"}, []),
    "from": (["--from", "two"], {"two": "5 2", "three": "5 2 three"}, ["one"]),
    "another input": (["--input", "n=6"], {"two": "6 2", "three": "6 2 three"}, []),
    "another input from a task": (["--from", "two", "--input", "m=9"], {"two": "5 9", "three": "5 9 three"}, ["one"]),
    "another flow": (["--flow", "other.yaml"], {"two": "5 2", "three": "5 2 THREE"}, []),
    "another flow from a task": (
        ["--from", "three", "--flow", "other.yaml"],
        {"two": "5 2", "three": "5 2 THREE"},
        ["one"],
    ),
}


@pytest.mark.parametrize("case", REPLAYS)
def test_an_execution_is_replayed_as_a_new_one(tiercel: Invoke, run: Callable[..., dict[str, Any]], case: str) -> None:
    old = run(CHAIN, "--input", "n=5")
    Path("other.yaml").write_text(CHAIN.replace("}} three", "}} THREE"), encoding="utf-8")
    arguments, expected, kept = REPLAYS[case]
    result = tiercel("executions", "replay", "last", "--format", "json", *arguments)
    assert result.exit_code == 0, result.output
    new = json.loads(result.stdout)
    assert (new["id"] != old["id"], new["originalId"]) == (True, old["id"])
    assert {"key": "system.replay", "value": "true"} in new["labels"]
    found = values(result)
    assert {name: found[name] for name in expected} == expected
    assert (old["id"] in str(found["one"])) is bool(kept)
    # The newest, though its first date may be that of the old one.
    assert json.loads(tiercel("executions", "show", "last", "--format", "json").stdout)["id"] == new["id"]


def test_a_restart_with_another_flow_keeps_what_succeeded(tiercel: Invoke, run: Callable[..., dict[str, Any]]) -> None:
    old = run(BROKEN)
    Path("flow.yaml").write_text(
        BROKEN.replace("io.kestra.plugin.core.execution.Fail, errorMessage: boom", f"{RETURN}, format: now"), "utf-8"
    )
    assert tiercel("executions", "restart", "last").exit_code == 1
    result = tiercel("executions", "restart", "last", "--flow", "flow.yaml")
    assert result.exit_code == 0, result.output
    assert "= reused: one" in result.stdout
    assert "INFO  three | got fine" in result.stdout
    newest = json.loads(tiercel("executions", "show", "last", "--format", "json").stdout)
    assert newest["originalId"] == old["id"]


def test_the_end_of_a_task_is_put_right(tiercel: Invoke, run: Callable[..., dict[str, Any]]) -> None:
    old = run(BROKEN)
    result = tiercel("executions", "state", "last", "two", "success")
    assert result.exit_code == 0, result.output
    assert "INFO  three | got fine" in result.stdout
    shape = json.loads(tiercel("executions", "show", "last", "--format", "json").stdout)
    assert (shape["id"], shape["state"]["current"]) == (old["id"], "SUCCESS")
    assert [each["taskId"] for each in shape["taskRunList"]] == ["one", "two", "three"]


MISUSE: dict[str, tuple[list[str], str]] = {
    "replay from nowhere": (["replay", "last", "--from", "tow"], "no run of a task 'tow'. Did you mean 'two'?"),
    "replay from what did not run": (["replay", "last", "--from", "three"], "it was not reached"),
    "replay with a wrong input": (["replay", "last", "--input", "x"], "no NAME=VALUE"),
    "replay of another flow": (["replay", "last", "--flow", "other.yaml"], "has no flow 'broken'"),
    "state of nothing": (["state", "last", "tow", "SUCCESS"], "Did you mean 'two'?"),
    "state of a handler": (["state", "last", "alert", "FAILED"], "handles an error"),
    "no end": (["state", "last", "two", "RUNNING"], "no state that a task ends in"),
    "kill": (["kill", "last"], "has ended in FAILED"),
    "resume": (["resume", "last"], "does not wait for anybody"),
    **{name: ([name, "nope", *more], "holds no execution 'nope'") for name, more in
       {"follow": [], "files": [], "outputs": [], "delete": [], "replay": [], "kill of nothing": []}.items()
       if " " not in name},
}  # fmt: skip


@pytest.mark.parametrize("case", MISUSE)
def test_what_cannot_be_done_is_told_and_changes_nothing(
    case: str, tiercel: Invoke, run: Callable[..., dict[str, Any]]
) -> None:
    old = run(BROKEN)
    Path("other.yaml").write_text(CHAIN, encoding="utf-8")
    arguments, told = MISUSE[case]
    result = tiercel("executions", *arguments)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert told in result.stderr
    assert json.loads(tiercel("executions", "show", "last", "--format", "json").stdout) == old
