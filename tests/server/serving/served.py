"""A server in a process of its own, on a port that it chooses."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import httpx

TENANT = "/api/v1/main"


class Served:
    """`tiercel serve` on a folder; starts again on the same one after `kill`."""

    def __init__(self, folder: Path, *options: str, **environment: str) -> None:
        self.folder = folder
        self._options = options
        self._environment = environment
        self.log: list[str] = []
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tiercel_server", "serve", str(self.folder), "--port", "0", *self._options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "NO_PROXY": "*", **self._environment},
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://\S+?:(\d+)", line)
        if found is None:
            _, said = self.process.communicate()
            raise AssertionError(f"no server: {line} {said}")
        self.port = int(found[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.http = httpx.Client(base_url=self.url, timeout=30, trust_env=False)
        threading.Thread(target=self._read, args=(self.process.stderr,), daemon=True).start()

    def _read(self, stream: object) -> None:
        self.log.extend(stream)  # type: ignore[call-overload]

    def kill(self) -> None:
        """As a crash: no word of farewell."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """As asked to."""
        self.process.terminate()
        return self.process.wait(timeout=60)

    def ended(self, execution_id: str) -> dict[str, object]:
        """An execution once it has ended, read from the stream that follows it."""
        import json

        with self.http.stream("GET", f"{TENANT}/executions/{execution_id}/follow") as response:
            last = [line for line in response.iter_lines() if line.startswith("data:")][-1]
        return json.loads(last.removeprefix("data:"))
