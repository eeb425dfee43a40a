"""What holds for any client: encodings, line ends, odd parameters, foreign files, settings, bursts of edits."""

from __future__ import annotations

import asyncio
import json
import random
import re
import socket
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient

from tests.lsp.conftest import SERVER
from tests.lsp.editor import Editor, find, until

FLOW = """\
id: hello
namespace: company.team
tasks:
  - id: x
    type: io.kestra.plugin.core.log.Log
    message: "🦅🦅 é {{ inputs.nope }}"
"""


async def _start(client: LanguageClient, encodings: list[str] | None) -> Editor:
    general = types.GeneralClientCapabilities(
        position_encodings=[types.PositionEncodingKind(each) for each in encodings] if encodings else None
    )
    answer = await client.initialize_session(types.InitializeParams(types.ClientCapabilities(general=general)))
    assert answer.capabilities.position_encoding == (encodings[0] if encodings else "utf-16")
    return Editor(client)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "utf-32", None])
async def test_positions_count_as_agreed(client: LanguageClient, encoding: str | None) -> None:
    editor = await _start(client, [encoding] if encoding else None)
    uri = "untitled:flow"
    editor.open(uri, FLOW)
    (found,) = await editor.codes(uri, "unknown-input")
    line, column = find(FLOW, "nope")
    before = FLOW.splitlines()[line][:column]
    units = {"utf-8": len(before.encode()), "utf-32": len(before)}.get(
        encoding or "", len(before.encode("utf-16-le")) // 2
    )
    assert found.range.start == types.Position(line, units)
    assert found.range.end == types.Position(line, units + 4)
    editor.edit(uri, line, units - 10, units + 7, "ok")
    editor.edit(uri, line, units - 8, units - 8, "!")
    await editor.codes(uri)
    symbol, *_ = (
        await client.text_document_document_symbol_async(types.DocumentSymbolParams(types.TextDocumentIdentifier(uri)))
        or []
    )
    assert symbol.name == "hello"


async def test_windows_line_ends(editor: Editor, uri: Callable[[str], str]) -> None:
    flow = uri("crlf.yaml")
    text = FLOW.replace("🦅🦅 é ", "").replace("\n", "\r\n")
    editor.open(flow, text)
    (found,) = await editor.codes(flow, "unknown-input")
    line, column = find(text, "nope")
    assert found.range.start == types.Position(line, column)
    items = await editor.complete(flow, line, column)
    assert items == []
    editor.edit(flow, line, 0, 0, "    level: \r\n")
    items = await editor.complete(flow, line, 11)
    assert "INFO" in {item.label for item in items}


async def test_odd_line_ends_of_python_are_none_here(editor: Editor, uri: Callable[[str], str]) -> None:
    flow = uri("odd.yaml")
    text = FLOW.replace("id: x", 'id: x\n    description: "a\u2028b\u2029c\x85d"').replace("🦅🦅 é ", "")
    editor.open(flow, text)
    (found,) = await editor.codes(flow, "unknown-input")
    line, column = find(text, "nope")
    assert found.range.start == types.Position(line, column)
    editor.edit(flow, line, column - 10, column + 7, "")
    await editor.codes(flow)


async def test_other_yaml_gets_nothing(editor: Editor, uri: Callable[[str], str]) -> None:
    compose = uri("compose.yaml")
    editor.open(compose, "services:\n  web:\n    image: x\n    imge: y\n  a: [\n")
    assert await editor.diagnostics(compose) == ()
    assert await editor.complete(compose, 3, 4) == []
    assert await editor.hover(compose, 1, 3) == ""
    document = types.TextDocumentIdentifier(compose)
    assert not await editor.client.text_document_code_lens_async(types.CodeLensParams(document))
    assert not await editor.client.text_document_document_symbol_async(types.DocumentSymbolParams(document))


async def test_diagnostics_carry_the_version_that_they_are_about(editor: Editor, uri: Callable[[str], str]) -> None:
    published: list[types.PublishDiagnosticsParams] = []

    flow = uri("burst.yaml")
    editor.open(flow, FLOW)
    await editor.codes(flow, "unknown-input")

    del editor.client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]

    @editor.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def publish(params: types.PublishDiagnosticsParams) -> None:
        published.append(params)

    line, column = find(FLOW, "hello")
    for _ in range(100):
        editor.edit(flow, line, column, column, "a")
    await until(lambda: bool(published) and published[-1].version == 101)
    assert len(published) < 50
    versions = [params.version or 0 for params in published]
    assert versions == sorted(versions)


async def test_a_burst_of_edits_leaves_the_text_as_a_fresh_server_sees_it(
    editor: Editor, uri: Callable[[str], str]
) -> None:
    flow, chance, text = uri("edits.yaml"), random.Random(7), FLOW
    editor.open(flow, text)
    for _ in range(300):
        lines = text.split("\n")
        line = chance.randrange(len(lines))
        start = chance.randrange(len(lines[line]) + 1)
        end = min(len(lines[line]), start + chance.choice([0, 0, 0, 1, 3]))
        new = chance.choice(["", "a", "\n  ", "{{ ", "🦅", "- id: b\n", '"', ": "])
        units = [len(lines[line][:column].encode("utf-16-le")) // 2 for column in (start, end)]
        editor.edit(flow, line, units[0], units[1], new)
        offset = sum(len(each) + 1 for each in lines[:line])
        text = text[: offset + start] + new + text[offset + end :]
    text = "id: last\nnamespace: a.b\ntasks: []\n# 🦅\n" + text
    editor.edit(flow, 0, 0, 0, "id: last\nnamespace: a.b\ntasks: []\n# 🦅\n")
    other = uri("fresh.yaml")
    editor.open(other, text)

    async def outline(of: str) -> Any:
        document = types.TextDocumentIdentifier(of)
        return await editor.client.text_document_document_symbol_async(types.DocumentSymbolParams(document))

    assert await outline(flow) == await outline(other)
    fresh = await editor.diagnostics(other)
    await editor.diagnostics(flow, lambda found: [each.range for each in found] == [each.range for each in fresh])


async def test_closing_takes_the_findings_away(editor: Editor, uri: Callable[[str], str]) -> None:
    flow = uri("a.yaml")
    editor.open(flow, FLOW)
    await editor.codes(flow, "unknown-input")
    editor.close(flow)
    await editor.codes(flow)
    assert await editor.complete(flow, 0, 0) == []
    editor.versions[flow] = 5
    editor.edit(flow, 0, 0, 0, "x")
    assert await editor.hover(flow, 0, 0) == ""


async def test_settings_of_the_client(editor: Editor, uri: Callable[[str], str]) -> None:
    flow = uri("each.yaml")
    text = (
        "id: a\nnamespace: b\ntasks:\n  - id: x\n    type: io.kestra.plugin.core.flow.ForEach\n    values: [1]\n"
        "    tasks:\n      - id: y\n        type: io.kestra.plugin.core.log.Log\n        message: m\n"
    )
    editor.open(flow, text)
    await editor.diagnostics(flow, lambda found: any(each.severity == 1 for each in found))
    for settings in (None, 3, [], {"tiercel": None}, {"tiercel": {"kestraVersion": "9.9"}}):
        editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings))
    settings = {"tiercel": {"kestraVersion": "1.3"}}
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings))
    await editor.diagnostics(flow, lambda found: not any(each.severity == 1 for each in found))


async def test_a_changed_project_file_holds_at_once(editor: Editor, uri: Callable[[str], str], tmp_path: Path) -> None:
    flow, project = uri("a.yaml"), tmp_path / "tiercel.yaml"
    editor.open(flow, FLOW)
    await editor.codes(flow, "unknown-input")
    project.write_text("rules:\n  ignore: [unknown-input]\n", encoding="utf-8")
    event = types.FileEvent(project.as_uri(), types.FileChangeType.Created)
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
    await editor.codes(flow)


async def test_a_project_file_has_findings_of_its_own(editor: Editor, uri: Callable[[str], str]) -> None:
    project = uri("tiercel.yaml")
    editor.open(project, "kestra-version: 7\n")
    await editor.codes(project, "project-file")


async def test_initialization_options_may_set_the_version(client: LanguageClient, uri: Callable[[str], str]) -> None:
    options = {"kestraVersion": "1.3"}
    await client.initialize_session(types.InitializeParams(types.ClientCapabilities(), initialization_options=options))
    editor = Editor(client)
    flow = uri("a.yaml")
    editor.open(flow, "id: a\nnamespace: b\ntasks:\n  - id: x\n    type: ForEa\n")
    items = await editor.complete(flow, 4, 15)
    assert "io.kestra.plugin.core.flow.ForEach" in {item.label for item in items}
    assert all(item.insert_text_format == types.InsertTextFormat.PlainText for item in items)


async def test_documentation_comes_on_demand(editor: Editor, uri: Callable[[str], str]) -> None:
    flow = uri("a.yaml")
    editor.open(flow, FLOW + "    \n")
    items = await editor.complete(flow, 6, 4)
    level = next(item for item in items if item.label == "level")
    assert level.documentation is None
    resolved = await editor.client.completion_item_resolve_async(level)
    assert isinstance(resolved.documentation, types.MarkupContent)
    assert "INFO" in resolved.documentation.value
    for data in (None, 3, {"about": 1}, {"about": []}, {"about": ["property"]}, {"about": ["type", "nope"], "uri": 1}):
        item = types.CompletionItem(label="x", data=data)
        assert (await editor.client.completion_item_resolve_async(item)).documentation is None


async def test_definition_references_and_folds(editor: Editor, uri: Callable[[str], str]) -> None:
    flow = uri("a.yaml")
    text = FLOW.replace("inputs.nope", "inputs.who").replace("tasks:", "inputs:\n  - id: who\n    type: STRING\ntasks:")
    editor.open(flow, text.replace("🦅🦅 é ", ""))
    text = text.replace("🦅🦅 é ", "")
    document = types.TextDocumentIdentifier(flow)
    use, declared = types.Position(*find(text, "inputs.who", 8)), types.Position(*find(text, "who"))
    found = await editor.client.text_document_definition_async(types.DefinitionParams(document, use))
    assert isinstance(found, types.Location)
    assert found.range.start == declared
    places = await editor.client.text_document_references_async(
        types.ReferenceParams(types.ReferenceContext(include_declaration=True), document, declared)
    )
    assert places is not None
    assert [place.range.start.line for place in places] == [declared.line, use.line]
    marks = await editor.client.text_document_document_highlight_async(types.DocumentHighlightParams(document, use))
    assert [mark.range for mark in marks or ()] == [place.range for place in places]
    column = find(text, "inputs.who")[1]
    editor.edit(flow, use.line, column, column + 10, "secret('a', )")
    inside = types.Position(use.line, column + 12)
    help_ = await editor.client.text_document_signature_help_async(types.SignatureHelpParams(document, inside))
    assert help_ is not None
    assert help_.signatures[0].label.startswith("secret(key, namespace?")
    assert help_.active_parameter == 1
    folds = await editor.client.text_document_folding_range_async(types.FoldingRangeParams(document))
    assert {(fold.start_line, fold.end_line) for fold in folds or ()} >= {(2, 4), (5, 8)}


# --- raw messages --------------------------------------------------------------------------------------------


class Wire:
    """A connection on which anything may be sent."""

    def __init__(self, reader: asyncio.StreamReader, writer: Any) -> None:
        self._reader, self._writer = reader, writer
        self._answers: dict[int | None, dict[str, Any]] = {}
        self._notifications: list[dict[str, Any]] = []

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    async def answer(self, id_: int | None) -> dict[str, Any]:
        async with asyncio.timeout(60):
            while id_ not in self._answers:
                await self._read()
        return self._answers.pop(id_)

    async def notification(self, method: str) -> dict[str, Any]:
        async with asyncio.timeout(60):
            while not any(each["method"] == method for each in self._notifications):
                await self._read()
        found = next(each for each in self._notifications if each["method"] == method)
        self._notifications.remove(found)
        return found

    async def _read(self) -> None:
        header = await self._reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"Content-Length: (\d+)", header)
        assert length is not None
        message: dict[str, Any] = json.loads(await self._reader.readexactly(int(length[1])))
        if "method" not in message:
            self._answers[message["id"]] = message
        elif "id" not in message:
            self._notifications.append(message)


async def test_messages_that_cannot_be_read_are_refused_and_the_server_goes_on() -> None:
    process = await asyncio.create_subprocess_exec(*SERVER, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    wire = Wire(process.stdout, process.stdin)
    wire.send({"id": 1, "method": "initialize", "params": {"capabilities": {}, "processId": None, "rootUri": None}})
    assert "capabilities" in (await wire.answer(1))["result"]
    wire.send({"method": "initialized", "params": {}})
    wire.send({"id": 2, "method": "textDocument/hover", "params": {"textDocument": 7}})
    assert "error" in await wire.answer(2)
    wire.send({"id": 3, "method": "no/such/method", "params": {}})
    assert "error" in await wire.answer(3)
    wire.send({"method": "textDocument/didChange", "params": {"contentChanges": "x"}})
    wire.send({"method": "$/cancelRequest", "params": {"id": 99}})
    wire.send({"method": "$/whatever", "params": [1]})
    document = {"uri": "file:///a.yaml", "languageId": "yaml", "version": 1, "text": FLOW}
    wire.send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
    place = {"textDocument": {"uri": "file:///a.yaml"}, "position": {"line": 9999, "character": 9999}}
    wire.send({"id": 4, "method": "textDocument/completion", "params": place})
    assert "result" in await wire.answer(4)
    wire.send({"id": 5, "method": "textDocument/hover", "params": {**place, "position": {"line": 4, "character": 20}}})
    assert "Log" in json.dumps((await wire.answer(5))["result"])
    wire.send({"id": 6, "method": "shutdown"})
    await wire.answer(6)
    wire.send({"method": "exit"})
    assert await asyncio.wait_for(process.wait(), 60) == 0


async def test_cancelled_requests_are_answered() -> None:
    process = await asyncio.create_subprocess_exec(*SERVER, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    wire = Wire(process.stdout, process.stdin)
    wire.send({"id": 1, "method": "initialize", "params": {"capabilities": {}, "processId": None, "rootUri": None}})
    await wire.answer(1)
    document = {"uri": "file:///a.yaml", "languageId": "yaml", "version": 1, "text": FLOW}
    wire.send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
    place = {"textDocument": {"uri": "file:///a.yaml"}, "position": {"line": 4, "character": 10}}
    for number in range(2, 60):
        wire.send({"id": number, "method": "textDocument/completion", "params": place})
        if number % 2:
            wire.send({"method": "$/cancelRequest", "params": {"id": number}})
    answers = [await wire.answer(number) for number in range(2, 60)]
    errors = {answer["error"]["code"] for answer in answers if "error" in answer}
    assert errors <= {-32800}
    assert all("result" in answer for answer in answers if answer["id"] % 2 == 0)
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), 60) == 0


async def test_the_server_leaves_with_its_client() -> None:
    process = await asyncio.create_subprocess_exec(*SERVER, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    _, errors = await asyncio.wait_for(process.communicate(b""), 60)
    assert process.returncode == 0
    assert errors == b""


async def test_tcp() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tiercel_server", "lsp", "--tcp", "127.0.0.1:0", stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    assert process.stderr is not None
    line = (await asyncio.wait_for(process.stderr.readline(), 60)).decode()
    port = int(line.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    wire = Wire(reader, writer)
    wire.send({"id": 1, "method": "initialize", "params": {"capabilities": {}, "processId": None, "rootUri": None}})
    assert "capabilities" in (await wire.answer(1))["result"]
    wire.send({"id": 2, "method": "shutdown"})
    await wire.answer(2)
    wire.send({"method": "exit"})
    writer.close()
    await asyncio.wait_for(process.wait(), 60)


@pytest.mark.parametrize("address", ["nowhere", "127.0.0.1:", ":99999999", "127.0.0.1:http"])
async def test_a_bad_address_is_explained(address: str) -> None:
    process = await asyncio.create_subprocess_exec(*SERVER, "--tcp", address, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    _, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 2
    assert b"HOST:PORT" in errors


async def test_a_taken_address_is_explained() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        process = await asyncio.create_subprocess_exec(*SERVER, "--tcp", address, stdin=PIPE, stdout=PIPE, stderr=PIPE)
        _, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 2
    assert address.encode() in errors
    assert b"Traceback" not in errors
