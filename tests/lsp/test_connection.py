"""What a client may say when, and what it is told when it says something else."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any

from tests.lsp.conftest import SERVER
from tests.lsp.test_protocol import Wire

HOVER = {"textDocument": {"uri": "file:///a.yaml"}, "position": {"line": 0, "character": 0}}


class Session:
    def __init__(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process = process
        self.stdin = process.stdin
        self.wire = Wire(process.stdout, process.stdin)

    @classmethod
    async def start(cls) -> Session:
        return cls(await asyncio.create_subprocess_exec(*SERVER, stdin=PIPE, stdout=PIPE, stderr=PIPE))

    async def ask(self, number: int, method: str, params: Any = None) -> dict[str, Any]:
        message = {"id": number, "method": method} | ({"params": params} if params is not None else {})
        self.wire.send(message)
        return await self.wire.answer(number)

    async def initialize(self, **more: Any) -> None:
        assert "result" in await self.ask(0, "initialize", {"capabilities": {}, "processId": None, **more})
        self.wire.send({"method": "initialized", "params": {}})

    def write(self, data: bytes) -> None:
        self.stdin.write(data)

    async def ended(self) -> int:
        self.wire.send({"method": "exit"})
        return await asyncio.wait_for(self.process.wait(), 60)


async def test_nothing_is_served_before_initialize() -> None:
    session = await Session.start()
    assert (await session.ask(1, "textDocument/hover", HOVER))["error"]["code"] == -32002
    await session.initialize()
    assert (await session.ask(2, "initialize", {"capabilities": {}}))["error"]["code"] == -32600
    assert (await session.ask(3, "textDocument/hover", HOVER))["result"] is None
    await session.ask(4, "shutdown")
    assert await session.ended() == 0


async def test_nothing_is_served_after_shutdown() -> None:
    session = await Session.start()
    await session.initialize()
    assert (await session.ask(1, "shutdown"))["result"] is None
    assert (await session.ask(2, "textDocument/hover", HOVER))["error"]["code"] == -32600
    assert await session.ended() == 0


async def test_an_exit_without_shutdown_is_a_failure() -> None:
    session = await Session.start()
    await session.initialize()
    assert await session.ended() == 1


async def test_a_message_that_is_no_json_is_told_and_the_next_is_served() -> None:
    session = await Session.start()
    await session.initialize()
    session.write(b"Content-Length: 9\r\n\r\n{nonsense")
    refused = await session.wire.answer(None)
    assert refused["error"]["code"] == -32700
    body = json.dumps({"jsonrpc": "2.0", "id": 7, "method": "textDocument/hover", "params": HOVER}).encode()
    head = b"content-type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length:%d\r\n\r\n" % len(body)
    session.write(head + body)
    assert (await session.wire.answer(7))["result"] is None
    await session.ask(8, "shutdown")
    assert await session.ended() == 0


async def test_unknown_methods_are_named() -> None:
    session = await Session.start()
    await session.initialize()
    error = (await session.ask(1, "textDocument/nonsense"))["error"]
    assert error["code"] == -32601
    assert "textDocument/nonsense" in error["message"]
    session.wire.send({"method": "$/nonsense", "params": {}})
    session.wire.send({"id": 2, "method": "textDocument/hover", "params": {"position": 3}})
    assert (await session.wire.answer(2))["error"]["code"] == -32602
    await session.ask(3, "shutdown")
    assert await session.ended() == 0


async def test_a_trace_tells_how_long_answers_took() -> None:
    session = await Session.start()
    await session.initialize()
    session.wire.send({"method": "$/setTrace", "params": {"value": "verbose"}})
    await session.ask(1, "textDocument/hover", HOVER)
    told = await session.wire.notification("$/logTrace")
    assert told["params"]["message"].startswith("textDocument/hover: ")
    assert told["params"]["verbose"] == "request 1"
    await session.ask(2, "shutdown")
    assert await session.ended() == 0


async def test_the_status_tells_what_a_bug_report_needs(tmp_path: Path) -> None:
    session = await Session.start()
    await session.initialize(rootUri=tmp_path.as_uri())
    await session.ask(1, "textDocument/hover", HOVER)
    status = (await session.ask(2, "workspace/executeCommand", {"command": "tiercel.status"}))["result"]
    assert status["memory"]["bytes"] > 1_000_000
    assert status["methods"]["textDocument/hover"]["count"] == 1
    assert status["documents"] == 0
    assert status["index"]["flows"] == 0
    assert status["version"]
    await session.ask(3, "shutdown")
    assert await session.ended() == 0
