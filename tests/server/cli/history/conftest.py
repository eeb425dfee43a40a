"""A workspace of its own for each test, and runs in it."""

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
from click.testing import CliRunner, Result

from tiercel_server.cli.main import cli

Invoke = Callable[..., Result]


class Behind:
    """`tiercel` in a process of its own; what it tells is in a file, the last line is the newest."""

    def __init__(self, *arguments: str) -> None:
        self.output = Path(f"output-{time.monotonic_ns()}.txt")
        with self.output.open("w", encoding="utf-8") as sink:
            command = [sys.executable, "-m", "tiercel_server", *arguments]
            self.process = subprocess.Popen(command, stdout=sink, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    @property
    def told(self) -> str:
        return self.output.read_text("utf-8")

    def until(self, text: str) -> None:
        """Wait until it has told this."""
        wait_for(lambda: text in self.told or self.process.poll() is not None)
        assert text in self.told, self.told

    def ended(self) -> int:
        """Wait for its end."""
        return self.process.wait(60)

    def cut_off(self) -> None:
        """End it as a crash does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)


def wait_for(is_so: Callable[[], bool], seconds: float = 60) -> None:
    """Look again and again until it is so, or the time is over."""
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        time.sleep(0.05)


@pytest.fixture
def tiercel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str, **more: Any) -> Result:
        return CliRunner().invoke(cli, list(arguments), **more)

    return invoke


@pytest.fixture
def run(tiercel: Invoke) -> Callable[..., dict[str, Any]]:
    """Run a flow; gives its execution."""

    def invoke(text: str, *arguments: str) -> dict[str, Any]:
        Path("flow.yaml").write_text(text, encoding="utf-8")
        result = tiercel("run", "flow.yaml", "--format", "json", *arguments)
        assert result.exit_code in {0, 1}, result.output
        execution: dict[str, Any] = json.loads(result.stdout)
        return execution

    return invoke


@pytest.fixture
def behind(tiercel: Invoke) -> Iterator[Callable[..., Behind]]:
    """Start a command in a process of its own."""
    assert tiercel is not None
    started: list[Behind] = []

    def start(*arguments: str) -> Behind:
        started.append(Behind(*arguments))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            os.kill(each.process.pid, signal.SIGKILL)
            each.process.wait(30)
