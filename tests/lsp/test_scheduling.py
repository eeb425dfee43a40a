"""Answers that come too late, requests that are too many, and histories that can't be read."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcContentModified, JsonRpcException

from tiercel_server.lsp import server as module
from tiercel_server.lsp.past_runs import PastRuns
from tiercel_server.lsp.server import TiercelServer
from tiercel_server.workspace import DocumentSnapshot

URI = "untitled:a"
PARAMS = types.HoverParams(types.TextDocumentIdentifier(URI), types.Position(0, 0))


async def test_an_answer_about_an_older_text_is_refused() -> None:
    server = TiercelServer()
    server.session.open(URI, "id: a\n", 1)
    begun, go_on = threading.Event(), threading.Event()

    def answer(snapshot: DocumentSnapshot, params: types.HoverParams) -> str:
        begun.set()
        go_on.wait(30)
        return snapshot.text.text

    handle = server.on_document("test/slow", answer)
    asked = asyncio.ensure_future(handle(PARAMS))
    await asyncio.to_thread(begun.wait, 30)
    server.session.replace(URI, "id: b\n", 2)
    go_on.set()
    with pytest.raises(JsonRpcContentModified):
        await asked
    assert await handle(PARAMS) == "id: b\n"
    server.close()


async def test_what_is_cancelled_while_it_waits_is_never_begun() -> None:
    server = TiercelServer()
    server.session.open(URI, "id: a\n", 1)
    go_on = threading.Event()
    begun: list[int] = []

    def answer(snapshot: DocumentSnapshot, params: types.HoverParams) -> None:
        begun.append(1)
        go_on.wait(30)

    handle = server.on_document("test/slow", answer)
    asked = [asyncio.ensure_future(handle(PARAMS)) for _ in range(12)]
    while len(begun) < 4:  # noqa: ASYNC110 - threads begin it
        await asyncio.sleep(0.01)
    for each in asked[4:]:
        each.cancel()
    await asyncio.gather(*asked[4:], return_exceptions=True)
    go_on.set()
    await asyncio.gather(*asked[:4])
    assert len(begun) == 4
    assert server.waiting == 0
    server.close()


async def test_no_more_requests_wait_than_can_be_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_WAITING", 2)
    server = TiercelServer()
    server.session.open(URI, "id: a\n", 1)
    go_on = threading.Event()
    handle = server.on_document("test/slow", lambda snapshot, params: go_on.wait(30))
    asked = [asyncio.ensure_future(handle(PARAMS)) for _ in range(3)]
    with pytest.raises(JsonRpcException) as refused:
        await asked[2]
    assert refused.value.code == types.LSPErrorCodes.ServerCancelled
    go_on.set()
    await asyncio.gather(*asked[:2])
    server.close()


def test_a_history_is_only_read(tmp_path: Path) -> None:
    past = PastRuns()
    assert past.last(tmp_path, "n", "a") is None
    assert list(tmp_path.iterdir()) == []
    folder = tmp_path / ".tiercel"
    folder.mkdir()
    (folder / "executions.db").write_bytes(b"no database at all" * 100)
    before = (folder / "executions.db").read_bytes()
    assert past.last(tmp_path, "n", "a") is None
    assert (folder / "executions.db").read_bytes() == before
