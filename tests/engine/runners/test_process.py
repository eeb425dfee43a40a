"""Plain processes: streams, ends, and what is left of them when a run is cancelled."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest

from tiercel_engine.runners.lines import LONGEST_LINE
from tiercel_engine.runners.process import (
    Command,
    CommandNotStarted,
    Listener,
    kill_running,
    run_process,
)

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")]


@pytest.fixture
def anyio_backend():
    return "asyncio"


@dataclass
class Heard:
    lines: list = field(default_factory=list)
    pids: list = field(default_factory=list)
    killed: list = field(default_factory=list)

    def listener(self):
        return Listener(
            self.pids.append, lambda line, is_error: self.lines.append((is_error, line)), self.killed.append
        )


def shell(text, directory, **environment):
    return Command(["/bin/sh", "-c", text], directory, {"PATH": os.environ["PATH"], **environment})


async def test_streams_and_exit_code(tmp_path):
    heard = Heard()
    code = await run_process(shell("echo out; echo err >&2; pwd; echo $A; exit 3", tmp_path, A="x"), heard.listener())
    assert code == 3
    assert [line for is_error, line in heard.lines if not is_error] == ["out", str(tmp_path), "x"]
    assert [line for is_error, line in heard.lines if is_error] == ["err"]
    assert heard.killed == []


async def test_bytes_that_are_no_text_and_a_last_line_without_end(tmp_path):
    heard = Heard()
    await run_process(shell(r"printf 'a\377b\r\nlast'", tmp_path), heard.listener())
    assert [line for _, line in heard.lines] == ["a\ufffdb", "last"]


async def test_a_line_without_end_comes_in_pieces(tmp_path):
    heard = Heard()
    size = LONGEST_LINE * 3
    await run_process(shell(f"head -c {size} /dev/zero | tr '\\0' x", tmp_path), heard.listener())
    assert sum(len(line) for _, line in heard.lines) == size
    assert max(len(line) for _, line in heard.lines) <= LONGEST_LINE


async def test_a_program_that_is_not_there(tmp_path):
    with pytest.raises(CommandNotStarted, match="no-such-program"):
        await run_process(Command(["no-such-program"], tmp_path, {}), Heard().listener())


async def test_cancelling_ends_children_too(tmp_path):
    heard = Heard()
    started = anyio.Event()

    def on_line(line, is_error):
        heard.lines.append((is_error, line))
        started.set()

    listener = Listener(heard.pids.append, on_line, heard.killed.append)
    async with anyio.create_task_group() as group:
        group.start_soon(run_process, shell("sleep 300 & echo $!; wait", tmp_path), listener)
        await started.wait()
        group.cancel_scope.cancel()
    child = int(heard.lines[0][1])
    assert heard.killed == heard.pids
    await _gone(child)


async def test_a_child_that_ignores_the_polite_signal_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("tiercel_engine.runners.process.KILL_GRACE", 0.2)
    heard = Heard()
    ready = anyio.Event()
    listener = Listener(heard.pids.append, lambda line, is_error: ready.set(), heard.killed.append)
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print('ready', flush=True); time.sleep(300)"
    async with anyio.create_task_group() as group:
        group.start_soon(run_process, Command([sys.executable, "-c", stubborn], tmp_path, {}), listener)
        await ready.wait()
        group.cancel_scope.cancel()
    await _gone(heard.pids[0])


async def test_a_child_left_behind_does_not_hold_the_run(tmp_path):
    heard = Heard()
    code = await run_process(shell("sleep 300 & echo $!", tmp_path), heard.listener())
    assert code == 0
    await _gone(int(heard.lines[0][1]))


async def _gone(pid):
    # A killed process needs a moment to be gone; one that is not killed fails by running into the limit.
    with anyio.fail_after(10):
        while _alive(pid):  # noqa: ASYNC110  (nothing tells of a process that is no child)
            await anyio.sleep(0.01)


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_a_killed_shell_may_say_that_its_command_was_terminated(tmp_path):
    heard = Heard()
    started = anyio.Event()

    def on_line(line, is_error):
        heard.lines.append((is_error, line))
        started.set()

    listener = Listener(heard.pids.append, on_line, heard.killed.append)
    child = "/bin/sh -c 'echo started; exec sleep 300'"
    arguments = ["/bin/sh", "-c", f"set -e\n{child}\necho never"]
    command = Command(arguments, tmp_path, {"PATH": os.environ["PATH"]}, last_words=10.0)
    async with anyio.create_task_group() as group:
        group.start_soon(run_process, command, listener)
        await started.wait()
        group.cancel_scope.cancel()
    assert heard.lines[0] == (False, "started")
    assert (False, "never") not in heard.lines
    await _gone(heard.pids[0])


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="descendants are known where there is /proc")
async def test_a_child_that_has_left_the_group_is_ended_too(tmp_path):
    heard = Heard()
    told = anyio.Event()

    def on_line(line, is_error):
        heard.lines.append((is_error, line))
        told.set()

    listener = Listener(heard.pids.append, on_line, heard.killed.append)
    async with anyio.create_task_group() as group:
        command = shell("setsid sleep 300 & echo $!; wait", tmp_path)
        group.start_soon(run_process, command, listener)
        await told.wait()
        group.cancel_scope.cancel()
    await _gone(int(heard.lines[0][1]))


async def test_what_runs_can_be_killed_without_grace(tmp_path, monkeypatch):
    monkeypatch.setattr("tiercel_engine.runners.process.KILL_GRACE", 3600.0)
    heard = Heard()
    ready = anyio.Event()
    listener = Listener(heard.pids.append, lambda line, is_error: ready.set(), heard.killed.append)
    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            group.start_soon(run_process, shell("trap '' TERM INT; echo; sleep 300; sleep 300", tmp_path), listener)
            await ready.wait()
            group.cancel_scope.cancel()
            kill_running()
    await _gone(heard.pids[0])
