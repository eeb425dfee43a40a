"""Reading a workspace of many files in the background, by other processes, and without them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient, client_capabilities

from tests.lsp.editor import Editor, until
from tiercel_server.lsp import reading
from tiercel_server.workspace.folders import Folders
from tiercel_server.workspace.index_worker import Read

MANY = reading.ALONE_FROM + 20


def _flows(folder: Path, count: int = MANY) -> list[str]:
    for number in range(count):
        text = f"id: flow_{number}\nnamespace: n\ntasks: []\n"
        (folder / f"flow_{number}.yaml").write_text(text, encoding="utf-8")
    (folder / "other.yaml").write_text("services: {}\n", encoding="utf-8")
    (folder / "broken.yaml").write_bytes(b"\xff\xfe: [")
    return sorted(str(path) for path in folder.iterdir())


async def _in_worker(work: Callable[..., Any], *arguments: Any) -> Any:
    return await asyncio.to_thread(work, *arguments)


async def _read(folder: Path) -> list[Read]:
    paths = _flows(folder)
    return [
        each async for answer in reading.read_in_background(paths, Folders([folder]), _in_worker) for each in answer
    ]


@pytest.mark.parametrize("processes", [1, 2])
async def test_many_files_are_read_by_other_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    monkeypatch.setattr(reading, "TOGETHER_FROM", MANY if processes == 2 else 10 * MANY)
    monkeypatch.setattr(reading, "_read_here", None)
    found = await _read(tmp_path)
    assert len(found) == len(dict(found)) == MANY + 2
    entries = [entry for _, entry in found if entry is not None]
    assert {entry.flows[0].id for entry in entries} == {("n", f"flow_{number}") for number in range(MANY)}


@pytest.mark.parametrize(
    "command",
    [
        (sys.executable, "-c", "raise SystemExit(3)"),
        (sys.executable, "-c", "import sys; sys.stdout.write('nothing of ours')"),
        ("/no/such/program",),
    ],
)
async def test_where_no_process_helps_the_server_reads_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setattr(reading, "_COMMAND", command)
    found = await _read(tmp_path)
    assert sum(entry is not None for _, entry in found) == MANY


async def test_the_client_sees_progress(client: LanguageClient, tmp_path: Path) -> None:
    _flows(tmp_path)
    folder = types.WorkspaceFolder(tmp_path.as_uri(), "root")
    await client.initialize_session(
        types.InitializeParams(client_capabilities("visual-studio-code"), workspace_folders=[folder])
    )
    await until(lambda: any(type(report[-1]).__name__ == "WorkDoneProgressEnd" for report in _reports(client)))
    (reports,) = _reports(client)
    assert reports[0].title == "Reading flows"
    shown = [each.percentage for each in reports[1:-1]]
    assert shown == sorted(shown)
    found = await client.workspace_symbol_async(types.WorkspaceSymbolParams(f"flow_{MANY - 1}")) or []
    assert [each.name for each in found] == [f"flow_{MANY - 1}"]


async def test_a_closed_document_counts_as_its_file_says(client: LanguageClient, tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("id: before\nnamespace: n\ntasks: []\n", encoding="utf-8")
    await client.initialize_session(types.InitializeParams(client_capabilities("neovim"), root_uri=tmp_path.as_uri()))
    editor = Editor(client)
    editor.open(path.as_uri(), "id: unsaved\nnamespace: n\ntasks: []\n")

    async def flows() -> list[str]:
        found = await client.workspace_symbol_async(types.WorkspaceSymbolParams("")) or []
        return [each.name for each in found]

    assert await flows() == ["unsaved"]
    path.write_text("id: after\nnamespace: n\ntasks: []\n", encoding="utf-8")
    editor.close(path.as_uri())
    for _ in range(500):
        if await flows() == ["after"]:
            return
    raise AssertionError(await flows())


def _reports(client: LanguageClient) -> list[list[Any]]:
    return [list(each) for each in client.progress_reports.values() if each]
