"""Navigation over a workspace of several files, of which one is open."""

from __future__ import annotations

from pathlib import Path

import pytest
import pytest_asyncio
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pytest_lsp import LanguageClient, client_capabilities

from tests.lsp.editor import Editor, find

CHILD = """\
id: child
namespace: company.team
inputs:
  - id: day
    type: STRING
  - id: limit
    type: INT
    defaults: 10
tasks:
  - id: one
    type: io.kestra.plugin.core.debug.Return
    format: "é 🦅 {{ inputs.day }}"
outputs:
  - id: total
    type: STRING
    value: "{{ outputs.one.value }}"
"""
PARENT = """\
id: parent
namespace: company.team
inputs:
  - id: who
    type: STRING
tasks:
  - id: call
    type: io.kestra.plugin.core.flow.Subflow
    namespace: company.team
    flowId: child
    inputs:
      day: "🎈 {{ inputs.who }}"
  - id: log
    type: io.kestra.plugin.core.log.Log
    message: "🎈 {{ outputs.call.outputs.total | upper }}"
triggers:
  - id: daily
    type: io.kestra.plugin.core.trigger.Schedule
    cron: "0 9 * * *"
    inputs: {who: me}
"""
LISTENER = """\
id: listener
namespace: company.other
tasks:
  - id: log
    type: io.kestra.plugin.core.log.Log
    message: "{{ trigger.outputs.total }}"
triggers:
  - id: after
    type: io.kestra.plugin.core.trigger.Flow
    dependsOn:
      - {namespace: company.team, flowId: child}
"""


class Navigator:
    def __init__(self, editor: Editor, folder: Path) -> None:
        self.editor = editor
        self.client = editor.client
        self.folder = folder

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    @property
    def here(self) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(self.uri("parent.yaml"))

    def at(self, part: str, shift: int = 0) -> types.Position:
        line, column = find(PARENT, part, shift)
        before = PARENT.split("\n")[line][:column]
        return types.Position(line, len(before.encode("utf-16-le")) // 2)

    def shown(self, locations: object) -> set[tuple[str, int, int]]:
        locations = [locations] if isinstance(locations, types.Location) else locations
        assert isinstance(locations, list | tuple)
        return {(each.uri.rpartition("/")[2], each.range.start.line, each.range.start.character) for each in locations}


@pytest_asyncio.fixture
async def navigator(client: LanguageClient, tmp_path: Path) -> Navigator:
    for name, text in {"child.yaml": CHILD, "parent.yaml": PARENT, "listener.yaml": LISTENER}.items():
        (tmp_path / name).write_bytes(text.encode())
    (tmp_path / "compose.yaml").write_text("services: {web: {image: x}}\n", encoding="utf-8")
    await client.initialize_session(
        types.InitializeParams(
            client_capabilities("visual-studio-code"),
            workspace_folders=[types.WorkspaceFolder(tmp_path.as_uri(), "root")],
        )
    )
    editor = Editor(client)
    editor.open((tmp_path / "parent.yaml").as_uri(), PARENT)
    await editor.codes((tmp_path / "parent.yaml").as_uri())
    found = Navigator(editor, tmp_path)
    for _ in range(200):
        symbols = await client.workspace_symbol_async(types.WorkspaceSymbolParams("listener"))
        if symbols:
            break
    return found


async def test_from_name_to_name(navigator: Navigator) -> None:
    client, here = navigator.client, navigator.here
    found = await client.text_document_definition_async(types.DefinitionParams(here, navigator.at("child", 2)))
    assert navigator.shown(found) == {("child.yaml", 0, 4)}
    found = await client.text_document_definition_async(types.DefinitionParams(here, navigator.at("total", 2)))
    assert navigator.shown(found) == {("child.yaml", 13, 8)}
    found = await client.text_document_type_definition_async(types.TypeDefinitionParams(here, navigator.at("day:", 1)))
    assert navigator.shown(found) == {("child.yaml", 4, 10)}
    asked = types.ReferenceParams(types.ReferenceContext(include_declaration=True), here, navigator.at("day:", 1))
    found = await client.text_document_references_async(asked)
    assert navigator.shown(found) == {("parent.yaml", 11, 6), ("child.yaml", 3, 8), ("child.yaml", 11, 28)}
    asked = types.ReferenceParams(types.ReferenceContext(include_declaration=False), here, navigator.at("total", 1))
    found = await client.text_document_references_async(asked)
    assert navigator.shown(found) == {("parent.yaml", 14, 41), ("listener.yaml", 5, 33)}
    marked = await client.text_document_document_highlight_async(
        types.DocumentHighlightParams(here, navigator.at("who", 1))
    )
    assert [each.kind for each in marked or []] == [
        types.DocumentHighlightKind.Write,
        types.DocumentHighlightKind.Read,
        types.DocumentHighlightKind.Read,
    ]


async def test_rename(navigator: Navigator) -> None:
    client, here = navigator.client, navigator.here
    prepared = await client.text_document_prepare_rename_async(
        types.PrepareRenameParams(here, navigator.at("total", 1))
    )
    assert isinstance(prepared, types.PrepareRenamePlaceholder)
    assert prepared.placeholder == "total"
    edit = await client.text_document_rename_async(types.RenameParams(here, navigator.at("total", 1), "grand-total"))
    assert edit is not None
    changes = {
        each.text_document.uri.rpartition("/")[2]: (each.text_document.version, [one.new_text for one in each.edits])
        for each in edit.document_changes or []
        if isinstance(each, types.TextDocumentEdit)
    }
    assert changes == {
        "child.yaml": (None, ["grand-total"]),
        "parent.yaml": (1, ["['grand-total']"]),
        "listener.yaml": (None, ["['grand-total']"]),
    }
    with pytest.raises(JsonRpcException, match="already in the flow") as refused:
        await client.text_document_rename_async(types.RenameParams(here, navigator.at("id: log", 5), "call"))
    assert refused.value.code == types.LSPErrorCodes.RequestFailed
    with pytest.raises(JsonRpcException, match="the same for everyone"):
        await client.text_document_prepare_rename_async(types.PrepareRenameParams(here, navigator.at("core.log", 1)))
    nothing = await client.text_document_prepare_rename_async(types.PrepareRenameParams(here, navigator.at("tasks:")))
    assert nothing is None


async def test_a_file_that_changed_unseen_is_read_again_before_a_rename(navigator: Navigator) -> None:
    text = "# one line more\n" + LISTENER
    (navigator.folder / "listener.yaml").write_text(text, encoding="utf-8")
    edit = await navigator.client.text_document_rename_async(
        types.RenameParams(navigator.here, navigator.at("total", 1), "sum")
    )
    assert edit is not None
    (changed,) = [
        each
        for each in edit.document_changes or []
        if isinstance(each, types.TextDocumentEdit) and each.text_document.uri.endswith("listener.yaml")
    ]
    assert [each.range.start for each in changed.edits] == [types.Position(6, 33)]


async def test_calls(navigator: Navigator) -> None:
    client = navigator.client
    asked = types.CallHierarchyPrepareParams(navigator.here, navigator.at("child", 1))
    (child,) = await client.text_document_prepare_call_hierarchy_async(asked) or []
    assert (child.name, child.detail, child.uri) == ("child", "company.team", navigator.uri("child.yaml"))
    incoming = await client.call_hierarchy_incoming_calls_async(types.CallHierarchyIncomingCallsParams(child)) or []
    assert [(each.from_.name, [one.start.line for one in each.from_ranges]) for each in incoming] == [("parent", [9])]
    outgoing = await client.call_hierarchy_outgoing_calls_async(types.CallHierarchyOutgoingCallsParams(child)) or []
    assert [(each.to.name, [one.start.line for one in each.from_ranges]) for each in outgoing] == [("listener", [0])]
    (listener,) = [each.to for each in outgoing]
    incoming = await client.call_hierarchy_incoming_calls_async(types.CallHierarchyIncomingCallsParams(listener)) or []
    assert [each.from_.name for each in incoming] == ["child"]
    asked = types.CallHierarchyPrepareParams(navigator.here, navigator.at("message"))
    (parent,) = await client.text_document_prepare_call_hierarchy_async(asked) or []
    outgoing = await client.call_hierarchy_outgoing_calls_async(types.CallHierarchyOutgoingCallsParams(parent)) or []
    assert [(each.to.name, [one.start.line for one in each.from_ranges]) for each in outgoing] == [("child", [9])]


async def test_workspace_symbols(navigator: Navigator) -> None:
    async def names(query: str) -> list[tuple[str, str | None]]:
        found = await navigator.client.workspace_symbol_async(types.WorkspaceSymbolParams(query)) or []
        return [(each.name, each.container_name) for each in found]

    assert (await names("child"))[0] == ("child", "company.team")
    assert await names("ttl") == [("total", "company.team.child")]
    assert await names("parent/lo") == [("log", "company.team.parent")]
    assert {name for name, _ in await names("")} >= {"child", "parent", "listener", "daily", "day"}
    assert await names("nothing of this name") == []


async def test_shapes_of_the_text(navigator: Navigator) -> None:
    client, here = navigator.client, navigator.here
    (chain,) = (
        await client.text_document_selection_range_async(types.SelectionRangeParams(here, [navigator.at("total", 2)]))
        or []
    )
    widths = []
    at: types.SelectionRange | None = chain
    while at is not None:
        widths.append(at.range)
        at = at.parent
    assert widths[0] == types.Range(navigator.at("total"), navigator.at("total", 5))
    assert widths[-1].start == types.Position(0, 0)
    links = await client.text_document_document_link_async(types.DocumentLinkParams(here)) or []
    targets = {each.range.start.line: each.target for each in links}
    assert targets[9] == navigator.uri("child.yaml") + "#L1"
    assert targets[7] == "https://kestra.io/plugins/core"
    linked = await client.text_document_linked_editing_range_async(
        types.LinkedEditingRangeParams(here, navigator.at("who", 1))
    )
    assert linked is not None
    assert [each.start.line for each in linked.ranges] == [3, 11, 19]


async def test_hints(navigator: Navigator) -> None:
    whole = types.Range(types.Position(0, 0), types.Position(99, 0))
    hints = await navigator.client.text_document_inlay_hint_async(types.InlayHintParams(navigator.here, whole)) or []
    by_line = {each.position.line: str(each.label) for each in hints}
    assert by_line[10] == "limit = 10 by default"
    assert by_line[11] == ": STRING"
    assert by_line[18].partition(" · next ")[0].endswith("09:00")
    some = types.Range(types.Position(10, 0), types.Position(12, 0))
    hints = await navigator.client.text_document_inlay_hint_async(types.InlayHintParams(navigator.here, some)) or []
    assert {each.position.line for each in hints} == {10, 11}


async def test_tokens(navigator: Navigator) -> None:
    client, here, uri = navigator.client, navigator.here, navigator.uri("parent.yaml")
    full = await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(here))
    assert full is not None
    assert full.data
    some = types.Range(types.Position(14, 0), types.Position(15, 0))
    part = await client.text_document_semantic_tokens_range_async(types.SemanticTokensRangeParams(here, some))
    assert part is not None
    assert 0 < len(part.data) < len(full.data)
    navigator.editor.replace(uri, PARENT.replace("| upper", "| lower | trim"))
    asked = types.SemanticTokensDeltaParams(here, full.result_id or "")
    delta = await client.text_document_semantic_tokens_full_delta_async(asked)
    assert isinstance(delta, types.SemanticTokensDelta)
    data = list(full.data)
    for edit in delta.edits:
        data[edit.start : edit.start + edit.delete_count] = edit.data or []
    again = await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(here))
    assert again is not None
    assert list(again.data) == data
    unknown = await client.text_document_semantic_tokens_full_delta_async(types.SemanticTokensDeltaParams(here, "0"))
    assert isinstance(unknown, types.SemanticTokens)


async def test_untitled_documents_are_part_of_it(navigator: Navigator) -> None:
    navigator.editor.open("untitled:Untitled-1", PARENT.replace("id: parent", "id: draft"))
    there = types.TextDocumentIdentifier("untitled:Untitled-1")
    found = await navigator.client.text_document_definition_async(
        types.DefinitionParams(there, navigator.at("child", 2))
    )
    assert navigator.shown(found) == {("child.yaml", 0, 4)}
    symbols = await navigator.client.workspace_symbol_async(types.WorkspaceSymbolParams("draft")) or []
    assert [each.location.uri for each in symbols] == ["untitled:Untitled-1"]


async def test_files_of_namespaces(navigator: Navigator) -> None:
    folder = navigator.folder
    (folder / "files" / "sql").mkdir(parents=True)
    (folder / "files" / "sql" / "q.sql").write_text("select 1", encoding="utf-8")
    (folder / "secret.txt").write_text("x", encoding="utf-8")
    (folder / "tiercel.yaml").write_text("namespaces: {company.team: {files: files}}\n", encoding="utf-8")
    uri = navigator.uri("reader.yaml")
    message = "{{ read('sql/q.sql') }} {{ read('../secret.txt') }} {{ read('none.sql') }}"
    task = f'  - id: a\n    type: io.kestra.plugin.core.log.Log\n    message: "{message}"\n'
    text = f"id: r\nnamespace: company.team\ntasks:\n{task}"
    navigator.editor.open(uri, text)
    there = types.TextDocumentIdentifier(uri)
    links = await navigator.client.text_document_document_link_async(types.DocumentLinkParams(there)) or []
    found = [each.target for each in links if each.target and each.target.startswith("file:")]
    assert found == [(folder / "files" / "sql" / "q.sql").as_uri()]
    place = types.Position(*find(text, "q.sql"))
    located = await navigator.client.text_document_definition_async(types.DefinitionParams(there, place))
    assert navigator.shown(located) == {("q.sql", 0, 0)}
