"""What ends `tiercel run` from outside, seen on real processes: signals, a dead parent, a reader that is gone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")

LIMIT = 30
SCRIPT = """
id: main
namespace: company.team
tasks:
  - id: s
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner:
      type: io.kestra.plugin.core.runner.Process
    commands:
      - |
        %s
"""
PLAIN = SCRIPT % "sleep 300 & echo pid $!; wait"
STUBBORN = SCRIPT % "trap '' INT TERM; echo pid $$; while true; do sleep 1; done"
BUSY = """
id: main
namespace: company.team
tasks:
  - id: first
    type: io.kestra.plugin.core.log.Log
    message: pid 0
  - id: s
    type: io.kestra.plugin.core.debug.Return
    format: "{% for a in range(1, 9999) %}{% for b in range(1, 9999) %}{{ b }}{% endfor %}{% endfor %}"
"""
LOOP = BUSY.replace("core.debug.Return", "core.flow.If").replace("format:", "condition:") + (
    "    then:\n      - {id: t, type: io.kestra.plugin.core.log.Log, message: x}\n"
)


class Run:
    """`tiercel run` as a child process."""

    def __init__(self, folder: Path, text: str, **environment: str) -> None:
        (folder / "flow.yaml").write_text(text, encoding="utf-8")
        self.folder = folder
        self.process = subprocess.Popen(
            command(folder), stdout=subprocess.PIPE, env={**os.environ, **environment}, start_new_session=True
        )

    def script_pid(self) -> int:
        """Wait for the line with the pid that the flow tells."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            message = str(json.loads(line).get("message", ""))
            if message.startswith("pid "):
                return int(message.split()[1])
        raise AssertionError("the run has ended without telling a pid")

    def signal(self, number: int) -> None:
        os.kill(self.process.pid, number)

    def end(self) -> int:
        self.process.communicate(timeout=LIMIT)
        return self.process.returncode


def command(folder: Path) -> list[str]:
    run = [sys.executable, "-m", "tiercel_server", "run", str(folder / "flow.yaml")]
    return [*run, "--format", "jsonl", "--workspace", str(folder)]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def begin(text: str, **environment: str) -> Run:
        runs.append(Run(tmp_path, text, **environment))
        return runs[-1]

    yield begin
    for run in runs:
        if run.process.poll() is None:
            run.process.kill()
        run.process.communicate()


def listed(folder: Path) -> dict[str, Any]:
    from tiercel_engine.store import History, Search

    history = History(folder / ".tiercel" / "executions.db")
    [summary] = history.find(Search())
    execution = history.execution(summary.id)
    assert execution is not None
    states = [change.state.value for change in execution.history]
    history.close()
    assert len(states) == len(set(states))
    return {"state": summary.state, "interrupted": summary.interrupted}


def gone(pid: int) -> None:
    until(lambda: not alive(pid))


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_kills_the_execution(start: Callable[..., Run], number: int) -> None:
    run = start(PLAIN)
    child = run.script_pid()
    run.signal(number)
    assert run.end() == 1
    assert listed(run.folder) == {"state": "KILLED", "interrupted": False}
    gone(child)


def test_a_terminal_that_closes_twice_is_no_second_request(start: Callable[..., Run]) -> None:
    run = start(SCRIPT % "trap 'sleep 1; exit 3' TERM; echo pid $$; sleep 300 & wait")
    child = run.script_pid()
    run.signal(signal.SIGHUP)
    time.sleep(0.2)
    run.signal(signal.SIGHUP)
    assert run.end() == 1
    assert listed(run.folder) == {"state": "KILLED", "interrupted": False}
    gone(child)


def test_a_reader_that_is_gone_ends_a_run_that_prints(start: Callable[..., Run]) -> None:
    run = start(SCRIPT % "echo pid $$; while true; do echo x; sleep 0.1; done")
    child = run.script_pid()
    assert run.process.stdout is not None
    run.process.stdout.close()
    run.process.stdout = None
    run.process.wait(LIMIT)
    assert listed(run.folder) == {"state": "KILLED", "interrupted": False}
    gone(child)


def test_a_run_whose_parent_is_killed_ends_though_it_prints_nothing(tmp_path: Path) -> None:
    (tmp_path / "flow.yaml").write_text(PLAIN, encoding="utf-8")
    parent = f"""
import os, subprocess, sys
run = subprocess.Popen({command(tmp_path)!r}, stdout=subprocess.PIPE, start_new_session=True,
    env={{**os.environ, "TIERCEL_PARENT_PID": str(os.getpid())}})
for line in run.stdout:
    if b'"pid ' in line:
        print(run.pid, line.decode(), flush=True)
"""
    outer = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True)
    assert outer.stdout is not None
    run_pid, line = outer.stdout.readline().split(" ", 1)
    child = int(json.loads(line)["message"].split()[1])
    outer.kill()
    outer.communicate()
    gone(int(run_pid))
    gone(child)
    assert listed(tmp_path) == {"state": "KILLED", "interrupted": False}


def test_a_run_that_inherited_the_variable_goes_on(start: Callable[..., Run]) -> None:
    run = start(SCRIPT % "echo pid $$", TIERCEL_PARENT_PID=str(os.getppid()))
    run.script_pid()
    assert run.end() == 0


def test_a_second_request_leaves_at_once(start: Callable[..., Run]) -> None:
    run = start(STUBBORN)
    child = run.script_pid()
    run.signal(signal.SIGINT)
    until(lambda: listed(run.folder)["state"] == "KILLING")
    run.signal(signal.SIGINT)
    assert run.end() == 130
    gone(child)
    after = listed(run.folder)
    assert after["state"] == "KILLED" or after["interrupted"]


@pytest.mark.parametrize("text", [BUSY, LOOP], ids=["in a task", "in a condition"])
def test_a_request_while_an_expression_is_evaluated_is_not_lost(start: Callable[..., Run], text: str) -> None:
    run = start(text)
    run.script_pid()
    time.sleep(0.2)  # Nothing tells that the evaluation has begun; whether it has or not, the end is the same.
    run.signal(signal.SIGINT)
    run.end()
    assert listed(run.folder) == {"state": "KILLED", "interrupted": False}


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="descendants are known where there is /proc")
def test_a_child_in_a_session_of_its_own_is_killed_too(start: Callable[..., Run]) -> None:
    run = start(SCRIPT % "setsid sleep 300 & echo pid $!; wait")
    child = run.script_pid()
    run.signal(signal.SIGTERM)
    run.end()
    gone(child)


def test_a_run_of_the_language_server_ends_when_that_is_killed(tmp_path: Path) -> None:
    server = f"""
import asyncio, sys
from pathlib import Path
from tiercel_server.lsp.run_process import RunOrder, RunProcess
async def main():
    order = RunOrder({PLAIN!r}, "2.0", Path({str(tmp_path)!r}), Path({str(tmp_path)!r}))
    run = await RunProcess.start(order)
    async for event in run.events():
        if str(event.get("message")).startswith("pid "):
            print(event["message"].split()[1], flush=True)
asyncio.run(main())
"""
    outer = subprocess.Popen([sys.executable, "-c", server], stdout=subprocess.PIPE, text=True)
    assert outer.stdout is not None
    child = int(outer.stdout.readline())
    outer.kill()
    outer.communicate()
    gone(child)
    until(lambda: listed(tmp_path) == {"state": "KILLED", "interrupted": False})
