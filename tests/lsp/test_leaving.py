"""Whatever way the client or the server goes, no run is left behind, and nothing is complained about."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest

from tests.lsp.conftest import SERVER
from tests.lsp.test_protocol import Wire
from tests.lsp.test_story import gone, read_pid, sleeping


async def _running(folder: Path) -> tuple[Process, int]:
    """A server with a run under way, and the process that its task started."""
    process = await asyncio.create_subprocess_exec(*SERVER, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    wire = Wire(process.stdout, process.stdin)
    wire.send({"id": 1, "method": "initialize", "params": {"capabilities": {}, "processId": None, "rootUri": None}})
    await wire.answer(1)
    wire.send({"method": "initialized", "params": {}})
    uri = (folder / "long.yaml").as_uri()
    document = {"uri": uri, "languageId": "yaml", "version": 1, "text": sleeping(folder)}
    wire.send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
    wire.send({"id": 2, "method": "workspace/executeCommand", "params": {"command": "tiercel.run", "arguments": [uri]}})
    assert (await wire.answer(2))["result"] == {"started": True}
    return process, await read_pid(folder / "pid")


async def _leave(process: Process, way: str) -> None:
    if way == "end of input":
        assert process.stdin is not None
        process.stdin.close()
    else:
        process.send_signal(signal.Signals[way])


@pytest.mark.parametrize("way", ["end of input", "SIGTERM", "SIGHUP", "SIGINT"])
async def test_runs_end_with_the_server(way: str, tmp_path: Path) -> None:
    process, pid = await _running(tmp_path)
    await _leave(process, way)
    _, errors = await asyncio.wait_for(process.communicate(), 60)
    await gone(pid)
    assert b"Traceback" not in errors
    assert errors == b""


async def test_the_server_outlives_a_child_that_is_killed(tmp_path: Path) -> None:
    process, pid = await _running(tmp_path)
    listing = await asyncio.create_subprocess_exec("ps", "-eo", "pid=,ppid=", stdout=PIPE)
    output, _ = await listing.communicate()
    children = [int(line.split()[0]) for line in output.splitlines() if int(line.split()[1]) == process.pid]
    assert len(children) == 1
    os.kill(children[0], signal.SIGKILL)
    os.kill(pid, signal.SIGKILL)
    assert process.stdin is not None
    assert process.stdout is not None
    wire = Wire(process.stdout, process.stdin)
    uri = (tmp_path / "long.yaml").as_uri()
    lens = {"textDocument": {"uri": uri}}
    number = 10
    while True:
        number += 1
        wire.send({"id": number, "method": "textDocument/codeLens", "params": lens})
        titles = [each["command"]["title"] for each in (await wire.answer(number))["result"]]
        if len(titles) > 1 and not titles[1].startswith("▶"):
            break
        await asyncio.sleep(0.05)
    assert titles[1].startswith("✗ FAILED")
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), 60) == 0
