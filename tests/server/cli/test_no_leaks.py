"""A secret planted in every place appears in no sink."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests.server.cli import secret_flow

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
OWN_DATA = ("storage", "kv")
"""What a flow itself stores is its data, as in Kestra."""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("leaks")
    return folder, secret_flow.write(folder)


def tiercel(workspace, *arguments, **more):
    folder, environment = workspace
    command = [sys.executable, "-m", "tiercel_server", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=120, check=False, **more)


@pytest.fixture(scope="module", params=["text", "json", "jsonl"])
def done(request, workspace):
    return tiercel(
        workspace, "run", "leaky.yaml", "--input", f"key={secret_flow.GIVEN}", "--format", request.param,
        "--log-level", "TRACE",
    )  # fmt: skip


def test_the_places_are_reached(workspace):
    done = tiercel(
        workspace,
        "run",
        "leaky.yaml",
        "--input",
        f"key={secret_flow.GIVEN}",
        "--format",
        "text",
        "--log-level",
        "TRACE",
    )
    text = done.stdout.decode()
    assert done.returncode == 1, text + done.stderr.decode()
    for task in ("log", "script", "url", "loop", "sub", "exit", "expression", "fail", "handler"):
        assert f"{task} " in text, text
    assert text.count("******") > 30


def test_nothing_that_a_run_prints_holds_a_secret(done):
    assert secret_flow.found_in(done.stdout) == []
    assert secret_flow.found_in(done.stderr) == []


def test_a_plan_tells_no_secret(workspace):
    for output in ("text", "json"):
        plan = tiercel(
            workspace, "run", "leaky.yaml", "--input", f"key={secret_flow.GIVEN}", "--plan", "--format", output
        )
        assert plan.returncode == 0, plan.stderr
        assert b"******" in plan.stdout
        assert secret_flow.found_in(plan.stdout + plan.stderr) == []


@pytest.mark.parametrize("part", [["--task", "out"], ["--from", "script", "--reuse", "last"], ["--to", "deep"]])
def test_a_part_of_a_flow_tells_no_secret(workspace, part):
    given = f"key={secret_flow.GIVEN}"
    run = tiercel(workspace, "run", "leaky.yaml", "--input", given, "--log-level", "DEBUG", *part)
    assert b"******" in run.stdout
    assert secret_flow.found_in(run.stdout + run.stderr) == []


def test_inputs_that_are_refused_do_not_tell_secrets(workspace):
    for output in ("text", "json", "jsonl"):
        refused = tiercel(workspace, "run", "refused.yaml", "--input", f"p={secret_flow.GIVEN}", "--format", output)
        assert refused.returncode == 2
        assert refused.stderr.count(b"Input") + refused.stderr.count(b"input") >= 3
        assert secret_flow.found_in(refused.stdout + refused.stderr) == []


def test_nothing_that_is_kept_holds_a_secret(workspace, done):
    folder, _ = workspace
    leaks = {}
    for file in (folder / ".tiercel").rglob("*"):
        inside = file.relative_to(folder / ".tiercel")
        if inside.parts[0] in OWN_DATA:
            continue
        if told := secret_flow.found_in(str(inside)) + (
            secret_flow.found_in(file.read_bytes()) if file.is_file() else []
        ):
            leaks[str(inside)] = told
    assert leaks == {}
    # Left open, it would hold the history while the next run writes.
    with closing(sqlite3.connect(folder / ".tiercel" / "executions.db")) as history:
        assert secret_flow.found_in("\n".join(history.iterdump())) == []


def test_nothing_that_is_shown_of_the_past_holds_a_secret(workspace, done):
    for arguments in (["list"], ["list", "--format", "json"], ["show", "last"], ["show", "last", "--format", "json"],
                      ["logs", "last"], ["logs", "last", "--format", "jsonl"], ["outputs", "last"]):  # fmt: skip
        shown = tiercel(workspace, "executions", *arguments)
        assert shown.returncode == 0, shown.stderr
        assert secret_flow.found_in(shown.stdout + shown.stderr) == []


def test_taking_up_what_was_run_tells_no_secret(workspace):
    tiercel(workspace, "run", "leaky.yaml", "--input", f"key={secret_flow.GIVEN}")
    for arguments in (
        ["restart", "last"],
        ["replay", "last"],
        ["replay", "last", "--input", f"key={secret_flow.GIVEN}"],
    ):
        shown = tiercel(workspace, "executions", *arguments)
        assert shown.returncode == 1, shown.stderr
        assert secret_flow.found_in(shown.stdout + shown.stderr) == []


def test_a_check_of_secrets_shows_none(workspace):
    for output in ("text", "json"):
        shown = tiercel(workspace, "secrets", "check", "leaky.yaml", "--format", output)
        assert shown.returncode == 0, shown.stdout
        assert secret_flow.found_in(shown.stdout + shown.stderr) == []
