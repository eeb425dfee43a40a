"""Random edits of real flows: the server's view stays that of a fresh one, nothing is logged, nothing is slow."""

from __future__ import annotations

import asyncio
import json
import os
import random
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.conftest import SERVER
from tests.lsp.test_protocol import Wire

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "flows"
EDITS = int(os.environ.get("TIERCEL_FUZZ_EDITS", "60"))
PIECES = [
    "",
    " ",
    "\n",
    "  - ",
    ": ",
    "{{ ",
    " }}",
    "inputs.",
    "🦅",
    "\r\n",
    "'",
    '"',
    "|\n",
    "\t",
    "[",
    "}",
    "#",
    "&a ",
    "*a",
]
METHODS = [
    "textDocument/completion",
    "textDocument/hover",
    "textDocument/definition",
    "textDocument/signatureHelp",
    "textDocument/documentSymbol",
    "textDocument/foldingRange",
    "textDocument/codeLens",
    "textDocument/formatting",
]


class Peer:
    """A server and what it said last."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process = process
        self.wire = Wire(process.stdout, process.stdin)
        self.number = 0

    @classmethod
    async def start(cls) -> Peer:
        peer = cls(await asyncio.create_subprocess_exec(*SERVER, stdin=PIPE, stdout=PIPE, stderr=PIPE))
        await peer.ask("initialize", {"capabilities": {}, "processId": None, "rootUri": None})
        peer.wire.send({"method": "initialized", "params": {}})
        return peer

    async def ask(self, method: str, params: Any) -> dict[str, Any]:
        self.number += 1
        self.wire.send({"id": self.number, "method": method, "params": params})
        return await self.wire.answer(self.number)

    def open(self, uri: str, text: str) -> None:
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.wire.send({"method": "textDocument/didOpen", "params": {"textDocument": document}})

    async def view(self, uri: str) -> dict[str, Any]:
        document = {"textDocument": {"uri": uri}}
        findings = await self.ask("textDocument/diagnostic", document)
        symbols = await self.ask("textDocument/documentSymbol", document)
        for item in findings["result"]["items"]:
            item.pop("codeDescription", None)
        findings["result"].pop("resultId", None)
        return {"findings": findings["result"], "symbols": symbols["result"]}

    async def leave(self) -> str:
        await self.ask("shutdown", None)
        self.wire.send({"method": "exit"})
        assert self.process.stderr is not None
        said = await self.process.stderr.read()
        assert await asyncio.wait_for(self.process.wait(), 60) == 0
        return said.decode()


def place(text: str, offset: int) -> dict[str, int]:
    before = text[:offset]
    line_start = before.rfind("\n") + 1
    return {"line": before.count("\n"), "character": len(before[line_start:].encode("utf-16-le")) // 2}


def boundary(text: str, offset: int) -> int:
    """Not between the two characters that end a line of Windows, which a position can't tell apart."""
    return offset - 1 if text[offset - 1 : offset + 1] == "\r\n" else offset


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus lies beside the repository")
@pytest.mark.parametrize("seed", range(4))
async def test_after_any_edits_the_view_is_that_of_a_fresh_server(seed: int) -> None:
    chance = random.Random(seed)
    flows = sorted(CORPUS.glob("*.yaml"))
    peer, fresh = await Peer.start(), await Peer.start()
    for number in range(3):
        path = chance.choice(flows)
        text = path.read_bytes().decode().replace("\r\n", "\n").replace("\r", "\n")
        uri = f"untitled:{number}-{path.name}"
        peer.open(uri, text)
        for version in range(2, 2 + EDITS // 3):
            start = boundary(text, chance.randrange(len(text) + 1))
            end = boundary(text, min(len(text), start + chance.choice([0, 0, 0, 1, 3, 20])))
            end = max(start, end)
            piece = chance.choice(PIECES)
            change = {"range": {"start": place(text, start), "end": place(text, end)}, "text": piece}
            text = text[:start] + piece + text[end:]
            identifier = {"uri": uri, "version": version}
            params = {"textDocument": identifier, "contentChanges": [change]}
            peer.wire.send({"method": "textDocument/didChange", "params": params})
            if chance.random() < 0.4:
                where = place(text, boundary(text, min(len(text), start + len(piece))))
                method = chance.choice(METHODS)
                asked = {
                    "textDocument": {"uri": uri},
                    "position": where,
                    "options": {"tabSize": 2, "insertSpaces": True},
                }
                answer = await peer.ask(method, asked)
                assert "result" in answer or answer["error"]["code"] in {-32801, -32800}, (method, answer)
        fresh.open(uri, text)
        seen, expected = await peer.view(uri), await fresh.view(uri)
        assert json.dumps(seen, sort_keys=True) == json.dumps(expected, sort_keys=True), (path.name, seed)
    status = await peer.ask("workspace/executeCommand", {"command": "tiercel.status"})
    assert sum(each["failed"] for each in status["result"]["methods"].values()) == 0
    assert await peer.leave() == ""
    assert await fresh.leave() == ""
