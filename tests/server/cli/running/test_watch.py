"""`tiercel run --watch` as a process: what it runs again when files change, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")

RETURN = "io.kestra.plugin.core.debug.Return"
FLOW = f"""id: watched
namespace: a.b
inputs:
  - {{id: who, type: STRING, defaults: nobody}}
tasks:
  - {{id: slow, type: {RETURN}, format: slow}}
  - {{id: greet, type: io.kestra.plugin.core.log.Log, message: 'hello {{{{ inputs.who }}}}'}}
  - {{id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: a.b, flowId: called}}
  - {{id: read, type: io.kestra.plugin.core.log.Log, message: '{{{{ read("nsfile:///note.txt") }}}}'}}
"""
CALLED = f"""id: called
namespace: a.b
tasks:
  - {{id: inner, type: {RETURN}, format: x}}
"""


class Watch:
    """A watch at work; `told` is what it has written, both streams."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "tiercel_server", "run", "flow.yaml", "--watch", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.told = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.told += line

    def next_run(self, act: Callable[[], object] = lambda: None) -> str:
        """What it tells from now on until it waits again."""
        before = len(self.told)
        act()
        end = time.monotonic() + 60
        while "Watching" not in self.told[before:]:
            assert time.monotonic() < end, self.told
            assert self.process.poll() is None, self.told
            time.sleep(0.05)
        return self.told[before:]

    def end(self) -> int:
        """Press Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Watch]]:
    monkeypatch.chdir(tmp_path)
    Path("flow.yaml").write_text(FLOW, encoding="utf-8")
    Path("called.yaml").write_text(CALLED, encoding="utf-8")
    Path("inputs.yaml").write_text("who: Ada\n", encoding="utf-8")
    Path("files").mkdir()
    Path("files/note.txt").write_text("a note", encoding="utf-8")
    Path("tiercel.yaml").write_text("namespaces: {a.b: {files: files}}\n", encoding="utf-8")
    started: list[Watch] = []

    def start(*arguments: str) -> Watch:
        started.append(Watch(*arguments))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait(30)


def replaced(path: str, old: str, new: str) -> Callable[[], object]:
    def act() -> None:
        text = Path(path).read_text("utf-8")
        assert old in text
        # As editors do it: a new file in the place of the old one.
        Path(f"{path}.part").write_text(text.replace(old, new), encoding="utf-8")
        Path(f"{path}.part").replace(path)

    return act


def test_every_kind_of_file_runs_again_what_depends_on_it(watch: Callable[..., Watch]) -> None:
    started = watch("--inputs-file", "inputs.yaml")
    first = started.next_run()
    assert "hello Ada" in first
    assert "a note" in first
    assert "Watching 5 files" in first
    changes = {
        ("inputs.yaml", "Ada", "Grace"): ("greet", "slow, call, read", "hello Grace"),
        ("flow.yaml", "hello", "good day"): ("greet", "slow, call, read", "good day Grace"),
        ("called.yaml", "format: x", "format: y"): ("call", "slow, greet, read", "a.b.called › inner"),
        ("files/note.txt", "a note", "another"): ("read", "slow, greet, call", "another"),
    }
    for (path, old, new), (again, reused, said) in changes.items():
        told = started.next_run(replaced(path, old, new))
        assert f"changed: {Path(path).name}\n" in told
        assert f"Runs again: {again}\n" in told
        assert f"Reused: {reused}\n" in told
        assert said in told
        assert "a.b.watched SUCCESS" in told
    broken = started.next_run(replaced("flow.yaml", "tasks:", "tasks: ["))
    assert "Error: flow.yaml has errors, so it was not run:" in broken
    mended = started.next_run(replaced("flow.yaml", "tasks: [", "tasks:"))
    assert "Runs again: nothing but the flow itself" in mended
    assert started.end() == 130
    assert "Traceback" not in started.told


def test_ctrl_c_ends_a_run_at_work_and_the_watch(watch: Callable[..., Watch]) -> None:
    Path("flow.yaml").write_text(
        "id: long\nnamespace: a.b\ntasks:\n"
        "  - {id: first, type: io.kestra.plugin.core.log.Log, message: begun}\n"
        "  - {id: wait, type: io.kestra.plugin.core.flow.Sleep, duration: PT60S}\n",
        encoding="utf-8",
    )
    started = watch()
    end = time.monotonic() + 60
    while "begun" not in started.told:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert started.end() == 130
    end = time.monotonic() + 10
    while "a.b.long KILLED" not in started.told:
        assert time.monotonic() < end, started.told
        time.sleep(0.05)
