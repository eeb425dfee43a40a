"""The living tree on a real terminal: a pty of a given size, what it shows, and Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pty", allow_module_level=True)

import fcntl
import pty
import termios

SHELL = "io.kestra.plugin.scripts.shell.Commands, taskRunner: {type: io.kestra.plugin.core.runner.Process}"
_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A process on a terminal of its own; `seen` is all that it has written."""

    def __init__(self, arguments: list[str], columns: int, rows: int, **environment: str) -> None:
        pid, self._master = pty.fork()
        if pid == 0:
            os.environ.update(environment, TERM="xterm-256color")
            os.environ.pop("COLUMNS", None)
            os.environ.pop("LINES", None)
            os.execv(sys.executable, [sys.executable, "-m", "tiercel_server", *arguments])
        self.pid = pid
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.seen = ""

    def read_until(self, enough: Callable[[str], bool]) -> str:
        """Read until it is enough, or the process has ended."""
        end = time.monotonic() + 60
        while not enough(self.seen) and time.monotonic() < end:
            try:
                data = os.read(self._master, 65536)
            except OSError:
                break
            if not data:
                break
            self.seen += data.decode("utf-8", "replace")
        return self.seen

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._master, keys.encode())

    def ended(self) -> int:
        """Read to the end; the exit code."""
        self.read_until(lambda _: False)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def kill(self) -> None:
        """End it for good."""
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        os.close(self._master)


@pytest.fixture
def terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Callable[..., Terminal]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)

    def start(text: str, *arguments: str, columns: int = 80, rows: int = 24, **environment: str) -> Terminal:
        Path("flow.yaml").write_text(text, encoding="utf-8")
        started = Terminal(["run", "flow.yaml", *arguments], columns, rows, **environment)
        request.addfinalizer(started.kill)
        return started

    return start


def plain(text: str) -> str:
    return _CODES.sub("", text).replace("\r", "")


LOOP = f"""id: loop
namespace: a.b
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.Loop
    values: "{{{{ range(1, 40) }}}}"
    tasks:
      - {{id: work, type: {SHELL}, commands: ["sleep 0.05"]}}
"""
WAIT = f"""id: wait
namespace: a.b
tasks:
  - {{id: work, type: {SHELL}, commands: ["echo begun", "sleep 60"]}}
"""


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40), (30, 10)])
def test_a_loop_is_counted_while_it_runs_and_at_the_end(
    terminal: Callable[..., Terminal], columns: int, rows: int
) -> None:
    shown = terminal(LOOP, columns=columns, rows=rows)
    assert shown.ended() == 0
    text = plain(shown.seen)
    assert re.search(r"each RUNNING.* \d+ of 40" if columns > 30 else r"each RUNNING", text)
    assert "✓ a.b.loop SUCCESS" in text
    assert "└── ✓ 40 SUCCESS" in text
    assert "\x1b[32m" in shown.seen


def test_colours_are_left_out_when_nobody_wants_them(terminal: Callable[..., Terminal]) -> None:
    shown = terminal(LOOP, NO_COLOR="1")
    assert shown.ended() == 0
    assert not re.search(r"\x1b\[3\d", shown.seen)


def test_ctrl_c_says_that_it_is_heeded(terminal: Callable[..., Terminal]) -> None:
    shown = terminal(WAIT)
    assert "begun" in shown.read_until(lambda seen: "begun" in seen)
    shown.press("\x03")
    assert shown.ended() == 1
    text = plain(shown.seen)
    assert "press Ctrl-C again to leave at once" in text
    assert "✗ a.b.wait KILLED" in text


def test_a_second_ctrl_c_leaves_at_once(terminal: Callable[..., Terminal]) -> None:
    stubborn = WAIT.replace("sleep 60", "trap '' TERM INT; for turn in $(seq 600); do sleep 0.1; done")
    shown = terminal(stubborn)
    shown.read_until(lambda seen: "begun" in seen)
    shown.press("\x03")
    shown.read_until(lambda seen: "leave at once" in seen)
    shown.press("\x03")
    assert shown.ended() in {1, 130}


@pytest.mark.parametrize(("name", "is_told"), [("text", True), ("json", True), ("jsonl", False)])
def test_the_word_goes_to_standard_error_and_not_to_programs_that_read_events(
    tmp_path: Path, name: str, is_told: bool
) -> None:
    (tmp_path / "flow.yaml").write_text(WAIT, encoding="utf-8")
    command = [sys.executable, "-m", "tiercel_server", "run", "flow.yaml", "--format", name]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    history = tmp_path / ".tiercel" / "executions.db"
    look = [sys.executable, "-m", "tiercel_server", "executions", "logs", "last"]
    end = time.monotonic() + 60
    while time.monotonic() < end:
        told = (
            history.exists() and subprocess.run(look, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
        )
        if told and "begun" in told:
            break
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert ("press Ctrl-C again" in errors) is is_told
    assert "press Ctrl-C again" not in out
