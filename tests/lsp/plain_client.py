"""A client of the bare protocol: messages of JSON over pipes, nothing typed, nothing filled in."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.lsp.conftest import SERVER

PATIENCE = 60.0

_TEXT_DOCUMENT_FULL: dict[str, Any] = {
    "publishDiagnostics": {"versionSupport": True, "relatedInformation": True, "codeDescriptionSupport": True},
    "completion": {
        "completionItem": {
            "snippetSupport": True,
            "documentationFormat": ["markdown", "plaintext"],
            "resolveSupport": {"properties": ["documentation"]},
        },
        "contextSupport": True,
    },
    "hover": {"contentFormat": ["markdown", "plaintext"]},
    "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
    "rename": {"prepareSupport": True},
    "codeAction": {
        "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor", "source"]}},
        "dataSupport": True,
        "resolveSupport": {"properties": ["edit"]},
    },
    "definition": {"linkSupport": True},
}
_WORKSPACE_FULL: dict[str, Any] = {
    "workspaceFolders": True,
    "applyEdit": True,
    "workspaceEdit": {"documentChanges": True, "resourceOperations": ["create", "rename", "delete"]},
}
CLIENTS: dict[str, dict[str, Any]] = {
    "minimal": {},
    "full": {"textDocument": _TEXT_DOCUMENT_FULL, "workspace": _WORKSPACE_FULL},
    "utf-8": {
        "general": {"positionEncodings": ["utf-8", "utf-16"]},
        "textDocument": _TEXT_DOCUMENT_FULL,
        "workspace": _WORKSPACE_FULL,
    },
    "plain-symbols": {"textDocument": {**_TEXT_DOCUMENT_FULL, "documentSymbol": {}}, "workspace": _WORKSPACE_FULL},
    "pulling": {
        "textDocument": {**_TEXT_DOCUMENT_FULL, "diagnostic": {"relatedDocumentSupport": True}},
        "workspace": {**_WORKSPACE_FULL, "diagnostics": {"refreshSupport": True}},
    },
}


class RequestError(Exception):
    """An answer that is an error."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.code: int = error["code"]


class PlainClient:
    """One server and what it said."""

    def __init__(self, capabilities: dict[str, Any], root: Path) -> None:
        self._process = subprocess.Popen(SERVER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self._changed = threading.Condition()
        self._answers: dict[int, dict[str, Any]] = {}
        self._last = 0
        self.published: dict[str, list[dict[str, Any]]] = {}
        self.said: list[dict[str, Any]] = []
        threading.Thread(target=self._read, daemon=True).start()
        parameters = {
            "processId": None,
            "rootUri": root.as_uri(),
            "capabilities": capabilities,
            "workspaceFolders": [{"uri": root.as_uri(), "name": "root"}],
        }
        self.abilities: dict[str, Any] = self.request("initialize", parameters)["capabilities"]
        self.notify("initialized", {})

    @property
    def encoding(self) -> str:
        """How columns are counted."""
        return str(self.abilities.get("positionEncoding", "utf-16"))

    def send_request(self, method: str, params: Any) -> int:
        """Ask, without waiting."""
        self._last += 1
        self._send({"id": self._last, "method": method, "params": params})
        return self._last

    def answer(self, number: int) -> Any:
        """The result of a request; raises RequestError."""
        self.wait(lambda: number in self._answers, f"an answer to request {number}")
        answer = self._answers.pop(number)
        if "error" in answer:
            raise RequestError(answer["error"])
        return answer["result"]

    def request(self, method: str, params: Any) -> Any:
        """Ask and wait."""
        return self.answer(self.send_request(method, params))

    def notify(self, method: str, params: Any) -> None:
        """Tell."""
        self._send({"method": method, "params": params})

    def wait(self, condition: Callable[[], bool], what: str = "it", patience: float = PATIENCE) -> None:
        """Wait until something that the server says makes a condition true."""
        deadline = time.monotonic() + patience
        with self._changed:
            while not condition():
                if self._process.poll() is not None:
                    message = f"the server ended while waiting for {what}"
                    raise AssertionError(message)
                if time.monotonic() > deadline:
                    message = f"waited in vain for {what}"
                    raise AssertionError(message)
                self._changed.wait(0.2)

    def leave(self) -> str:
        """End the server in the proper way; what it wrote to its log."""
        self.request("shutdown", None)
        self.notify("exit", None)
        assert self._process.wait(PATIENCE) == 0
        assert self._process.stderr is not None
        return self._process.stderr.read().decode()

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _read(self) -> None:
        stream, length = self._process.stdout, 0
        assert stream is not None
        while line := stream.readline():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
            elif not line.strip():
                self._take(json.loads(stream.read(length)))

    def _take(self, message: dict[str, Any]) -> None:
        method = message.get("method")
        with self._changed:
            if method is None:
                self._answers[message["id"]] = message
            else:
                self.said.append(message)
            if method == "textDocument/publishDiagnostics":
                self.published.setdefault(message["params"]["uri"], []).append(message["params"])
            self._changed.notify_all()
        if method is not None and "id" in message:
            result = [None] if method == "workspace/configuration" else None
            if method == "workspace/applyEdit":
                result = {"applied": True}  # type: ignore[assignment]
            self._send({"id": message["id"], "result": result})
