"""A run from the editor: no secret of it is in any byte that the server sends, and the server resolves none itself."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.server.cli import secret_flow

ROOT = Path(__file__).parents[2]
posix = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")


class RawClient:
    """Speaks to a server byte by byte, and keeps all that it says."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "tiercel_server", "lsp", "--stdio"]
        self.server = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.heard = b""
        self.number = 0

    def send(self, method: str, params: Any, *, answered: bool = False) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        if answered:
            self.number += 1
            message["id"] = self.number
        self._write(message)

    def _write(self, message: Any) -> None:
        body = json.dumps(message).encode()
        assert self.server.stdin is not None
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.server.stdin.flush()

    def message(self) -> dict[str, Any]:
        assert self.server.stdout is not None
        length = 0
        while line := self.server.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        body = self.server.stdout.read(length)
        self.heard += body + b"\n"
        message = json.loads(body)
        if "id" in message and "method" in message:
            self._write({"jsonrpc": "2.0", "id": message["id"], "result": None})
        return message

    def until(self, wanted: Any) -> None:
        while not wanted(self.message()):
            pass

    def leave(self) -> bytes:
        self.send("shutdown", None, answered=True)
        self.until(lambda message: message.get("id") == self.number and "method" not in message)
        self.send("exit", None)
        out, errors = self.server.communicate(timeout=60)
        return self.heard + out + errors


def ended(message: dict[str, Any]) -> bool:
    if message.get("method") != "textDocument/publishDiagnostics":
        return False
    return any(str(each.get("code")) == "run-failed" for each in message["params"]["diagnostics"])


@posix
@pytest.mark.parametrize("name", ["leaky", "refused"])
def test_nothing_that_the_server_says_holds_a_secret(tmp_path: Path, name: str) -> None:
    client = RawClient(tmp_path, secret_flow.write(tmp_path))
    flow = tmp_path / f"{name}.yaml"
    capabilities = {"window": {"workDoneProgress": True}, "textDocument": {"publishDiagnostics": {}}}
    client.send(
        "initialize", {"processId": None, "rootUri": tmp_path.as_uri(), "capabilities": capabilities}, answered=True
    )
    client.until(lambda message: message.get("id") == 1 and "result" in message)
    client.send("initialized", {})
    document = {"uri": flow.as_uri(), "languageId": "yaml", "version": 1, "text": flow.read_text()}
    client.send("textDocument/didOpen", {"textDocument": document})
    given = {"key": secret_flow.GIVEN, "p": secret_flow.GIVEN}
    client.send(
        "workspace/executeCommand", {"command": "tiercel.run", "arguments": [flow.as_uri(), given]}, answered=True
    )
    client.until(ended)
    start, end = {"line": 0, "character": 0}, {"line": 90, "character": 0}
    asked: dict[str, dict[str, Any]] = {
        "codeLens": {},
        "hover": {"position": {"line": 11, "character": 60}},
        "documentSymbol": {},
        "inlayHint": {"range": {"start": start, "end": end}},
    }
    for what, more in asked.items():
        client.send(f"textDocument/{what}", {"textDocument": {"uri": flow.as_uri()}, **more}, answered=True)
        number = client.number
        client.until(lambda message, number=number: message.get("id") == number and "method" not in message)
    said = client.leave()
    assert b"run-failed" in said
    assert secret_flow.found_in(said) == []


def test_only_commands_know_the_keepers_of_secrets() -> None:
    """A file that an editor opened must not start the command that `tiercel.yaml` names beside it."""
    keepers = ("tiercel_engine.secrets.backends", "tiercel_engine.secrets.project", "tiercel_engine.tasks.services")
    for layer in ("lsp", "features", "rules", "analysis", "workspace"):
        for path in (ROOT / "server" / "tiercel_server" / layer).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                assert not [name for name in names if name.startswith(keepers)], f"{path} imports {names}"
