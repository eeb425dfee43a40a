"""The helper process of jq: one at a time, started when first needed, ended when a program takes too long.

    python -m tiercel_engine.expressions.jq_helper

reads lines of JSON `[program, document]` and answers each with `{"outcomes": [...]}` or `{"error", "is_syntax"}`.
"""

from __future__ import annotations

import atexit
import json
import queue
import subprocess
import sys
import threading
from typing import Any

from tiercel_engine.expressions.jq_programs import JqError, outcomes

_MEMORY = 1 << 30
_START_SECONDS = 30.0
_READY = "ready"
_lock = threading.Lock()


class _Helper:
    """A running helper process and the thread that reads its answers."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tiercel_engine.expressions.jq_helper"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        self.answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        stream = self.process.stdout
        if stream is not None:
            for line in stream:
                self.answers.put(line)
        self.answers.put("")

    def wait_until_ready(self) -> None:
        """Waits until it reads requests: the time to start is not a program's. Raises queue.Empty."""
        self.answers.get(timeout=_START_SECONDS)

    def ask(self, request: str, seconds: float) -> str:
        """The answer to a request; "" when the process ended. Raises queue.Empty after `seconds`."""
        stream = self.process.stdin
        if stream is None:
            return ""
        try:
            stream.write(f"{request}\n")
            stream.flush()
        except OSError:
            return ""
        return self.answers.get(timeout=seconds)

    def stop(self) -> None:
        """Ends the process."""
        self.process.kill()
        self.process.wait()


_running: list[_Helper] = []


def run_in_helper(program: str, document: str, seconds: float) -> list[str]:
    """The outcomes of a program, from the helper process. Raises JqError, also when it takes too long."""
    with _lock:
        if not _running:
            _running.append(_started())
        helper = _running[0]
        try:
            answer = helper.ask(json.dumps([program, document]), seconds)
        except queue.Empty:
            _stop()
            raise JqError(f"The program took more than {seconds:g} seconds") from None
        if not answer:
            _stop()
            raise JqError("The program needs too much memory")
    result: dict[str, Any] = json.loads(answer)
    if "error" in result:
        raise JqError(result["error"], is_syntax=result["is_syntax"])
    texts: list[str] = result["outcomes"]
    return texts


def _started() -> _Helper:
    try:
        helper = _Helper()
    except OSError as error:
        raise JqError(f"The helper process of jq can't be started: {error}") from error
    try:
        helper.wait_until_ready()
    except queue.Empty:
        helper.stop()
        raise JqError("The helper process of jq doesn't start") from None
    return helper


def _stop() -> None:
    while _running:
        _running.pop().stop()


atexit.register(_stop)


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _serve() -> None:
    _limit_memory()
    sys.stdout.write(f"{_READY}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        program, document = json.loads(line)
        try:
            answer: dict[str, Any] = {"outcomes": outcomes(program, document)}
        except JqError as error:
            answer = {"error": str(error), "is_syntax": error.is_syntax}
        except MemoryError:
            answer = {"error": "The program needs too much memory", "is_syntax": False}
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
