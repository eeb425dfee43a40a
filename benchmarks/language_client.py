"""A bare client of language servers, the same for every server that is measured."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

PATIENCE = 120.0


class LanguageServerProcess:
    """A server under measurement; `settings` answer its questions for configuration, by section."""

    def __init__(self, command: Sequence[str], settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._answers: dict[int, queue.SimpleQueue[dict[str, Any]]] = {}
        self._diagnostics: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._last_id = 0
        self._sending = threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()

    def start(self, root: Path) -> None:
        """Introduce the client, with the abilities of a common editor."""
        abilities = {
            "workspace": {"configuration": True, "didChangeConfiguration": {"dynamicRegistration": True}},
            "textDocument": {
                "publishDiagnostics": {"versionSupport": True},
                "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}},
            },
        }
        folders = [{"uri": root.as_uri(), "name": "root"}]
        self.request(
            "initialize",
            {"processId": None, "rootUri": root.as_uri(), "capabilities": abilities, "workspaceFolders": folders},
        )
        self.notify("initialized", {})
        self.notify("workspace/didChangeConfiguration", {"settings": self._settings})

    def request(self, method: str, params: Any) -> Any:
        """The answer to a request."""
        self._last_id += 1
        answers = self._answers[self._last_id] = queue.SimpleQueue()
        self._send({"id": self._last_id, "method": method, "params": params})
        answer = answers.get(timeout=PATIENCE)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer.get("result")

    def notify(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def diagnostics(self, wanted: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """The next published diagnostics that are as wanted."""
        deadline = time.monotonic() + PATIENCE
        while True:
            params = self._diagnostics.get(timeout=max(0.0, deadline - time.monotonic()))
            found: list[dict[str, Any]] = params["diagnostics"]
            if wanted(found):
                return found

    def memory(self) -> int:
        """Resident memory in bytes, of the server and its children."""
        listing = subprocess.run(["ps", "-eo", "pid=,ppid=,rss="], capture_output=True, text=True, check=True).stdout
        rows = [tuple(map(int, line.split())) for line in listing.splitlines()]
        family, kilobytes = {self._process.pid}, 0
        for pid, parent, resident in rows:
            if pid in family or parent in family:
                family.add(pid)
                kilobytes += resident
        return kilobytes * 1024

    def scheduling(self) -> tuple[float, float]:
        """Milliseconds that the server's threads have run, and stood in the queue for a core; zero off Linux."""
        running = queued = 0
        for path in Path(f"/proc/{self._process.pid}/task").glob("*/schedstat"):
            with contextlib.suppress(OSError, ValueError):
                ran, waited, _ = map(int, path.read_text(encoding="ascii").split())
                running, queued = running + ran, queued + waited
        return running / 1e6, queued / 1e6

    def stop(self) -> None:
        """End the server."""
        self._process.kill()
        self._process.wait()

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        with self._sending:
            self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            self._process.stdin.flush()

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        length = 0
        while line := stream.readline():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
            elif not line.strip():
                self._take(json.loads(stream.read(length)))

    def _take(self, message: dict[str, Any]) -> None:
        method = message.get("method")
        if method == "textDocument/publishDiagnostics":
            self._diagnostics.put(message["params"])
        elif method == "workspace/configuration":
            items = message["params"]["items"]
            self._send({"id": message["id"], "result": [self._settings.get(item.get("section")) for item in items]})
        elif method is not None and "id" in message:
            self._send({"id": message["id"], "result": None})
        elif method is None:
            self._answers[message["id"]].put(message)
