"""Findings for a client that asks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lsprotocol import types

from tests.lsp.editor import Editor

FLOW = """\
id: asked
namespace: company.team
tasks:
  - id: greet
    type: io.kestra.plugin.core.log.Log
    message: "{{ inputs.nope }}"
"""
CLEAN = FLOW.replace("inputs.nope", "flow.id")


async def ask(editor: Editor, uri: str, known: str | None = None) -> types.DocumentDiagnosticReport:
    params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri), previous_result_id=known)
    return await editor.client.text_document_diagnostic_async(params)


async def test_a_document_is_asked_for(editor: Editor, uri: Callable[[str], str]) -> None:
    flow = uri("asked.yaml")
    editor.open(flow, FLOW)
    found = await ask(editor, flow)
    assert isinstance(found, types.RelatedFullDocumentDiagnosticReport)
    assert [each.code for each in found.items] == ["unknown-input"]
    again = await ask(editor, flow, found.result_id)
    assert isinstance(again, types.RelatedUnchangedDocumentDiagnosticReport)
    assert again.result_id == found.result_id
    editor.replace(flow, CLEAN)
    mended = await ask(editor, flow, found.result_id)
    assert isinstance(mended, types.RelatedFullDocumentDiagnosticReport)
    assert not mended.items
    editor.replace(flow, FLOW)
    back = await ask(editor, flow, mended.result_id)
    assert isinstance(back, types.RelatedFullDocumentDiagnosticReport)
    assert back.result_id == found.result_id


async def test_other_documents_have_no_findings(editor: Editor, uri: Callable[[str], str]) -> None:
    found = await ask(editor, uri("never-opened.yaml"))
    assert isinstance(found, types.RelatedFullDocumentDiagnosticReport)
    assert not found.items


async def test_codes_lead_to_their_pages(editor: Editor, uri: Callable[[str], str]) -> None:
    flow = uri("asked.yaml")
    editor.open(flow, FLOW)
    (finding,) = await editor.codes(flow, "unknown-input")
    assert finding.code_description is not None
    page = Path(unquote(urlsplit(finding.code_description.href).path))
    assert page.name == "unknown-input.md"
    assert (await asyncio.to_thread(page.read_text, "utf-8")).startswith("# unknown-input\n")


async def test_the_whole_workspace_is_asked_for(editor: Editor, uri: Callable[[str], str], tmp_path: Path) -> None:
    closed = tmp_path / "closed.yaml"
    closed.write_text(FLOW.replace("id: asked", "id: closed"), encoding="utf-8")
    (tmp_path / "compose.yaml").write_text("services: {}\n", encoding="utf-8")
    created = types.FileEvent(closed.as_uri(), types.FileChangeType.Created)
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([created]))
    opened = uri("asked.yaml")
    editor.open(opened, CLEAN)
    reports: dict[str, types.WorkspaceDocumentDiagnosticReport] = {}
    while len(reports) < 2:
        answer = await editor.client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams([]))
        reports = {each.uri: each for each in answer.items}
    assert set(reports) == {opened, closed.as_uri()}
    first, second = reports[opened], reports[closed.as_uri()]
    assert isinstance(first, types.WorkspaceFullDocumentDiagnosticReport)
    assert isinstance(second, types.WorkspaceFullDocumentDiagnosticReport)
    assert first.version == 1
    assert not first.items
    assert [each.code for each in second.items] == ["unknown-input"]
    known = [types.PreviousResultId(each.uri, each.result_id or "") for each in (first, second)]
    again = await editor.client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams(known))
    assert {type(each) for each in again.items} == {types.WorkspaceUnchangedDocumentDiagnosticReport}
