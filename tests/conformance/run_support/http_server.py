"""The loopback server that the cases call; what it answers is read off the records."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hits: Counter[str]

    def _answer(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length)
        kind, *rest = urlsplit(self.path).path.strip("/").split("/")
        answers = {
            "json": lambda: (200, {"name": "oracle", "n": 3, "list": [1, 2]}),
            "echo": lambda: (200, self._echo(body)),
            "status": lambda: (int(rest[0]), {"status": int(rest[0])}),
            "flaky": lambda: self._failing(500, *rest),
            "busy": lambda: self._failing(503, *rest),
            "slow": lambda: self._slow(int(rest[0])),
        }
        if kind in answers:
            code, value = answers[kind]()
            self._send(code, json.dumps(value, separators=(",", ":")).encode(), "application/json")
        elif kind == "text":
            self._send(200, b"plain text", "text/plain")
        elif kind == "csv":
            self._send(200, b"a,b\n1,2\n", "text/csv", 'attachment; filename="data.csv"')
        elif kind == "empty":
            self._send(200, b"", "text/plain")
        else:
            self._send(404, b"no such page", "text/plain")

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _answer  # noqa: N815

    def _echo(self, body: bytes) -> dict[str, object]:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items() if name.lower() != "host"}
        said: dict[str, object] = {"method": self.command, "path": parts.path}
        if parts.query:
            said["query"] = parts.query
        said["headers"] = dict(sorted(headers.items()))
        if body:
            said["body"] = body.decode()
        return said

    def _failing(self, code: int, key: str, times: str) -> tuple[int, dict[str, int]]:
        self.hits[key] += 1
        return (code if self.hits[key] <= int(times) else 200), {"hit": self.hits[key]}

    def _slow(self, milliseconds: int) -> tuple[int, dict[str, int]]:
        time.sleep(milliseconds / 1000)
        return 200, {"slept": milliseconds}

    def _send(self, code: int, body: bytes, kind: str, disposition: str | None = None) -> None:
        self.send_response_only(code)
        self.send_header("Date", formatdate(usegmt=True))
        self.send_header("Content-Type", kind)
        if disposition:
            self.send_header("Content-Disposition", disposition)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


@contextmanager
def serving() -> Iterator[str]:
    """Run the server; gives its base URL."""
    handler = type("Handler", (_Handler,), {"hits": Counter()})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
