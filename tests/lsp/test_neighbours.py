"""Flows of a workspace that know of one another, on disk and in the editor."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types
from pytest_lsp import LanguageClient, client_capabilities

from tests.lsp.editor import Editor

CHILD = "id: child\nnamespace: a.b\ninputs:\n  - id: day\n    type: STRING\ntasks:\n  - id: x\n    type: io.kestra.plugin.core.log.Log\n    message: '{{ inputs.day }}'\n"  # noqa: E501
PARENT = (
    "id: parent\nnamespace: a.b\ntasks:\n  - id: call\n    type: io.kestra.plugin.core.flow.Subflow\n"
    "    namespace: a.b\n    flowId: child\n    inputs:\n      dya: x\n"
)


async def test_neighbours(client: LanguageClient, tmp_path: Path) -> None:
    child, parent = tmp_path / "child.yaml", tmp_path / "parent.yaml"
    child.write_text(CHILD, encoding="utf-8")
    (tmp_path / "broken.yaml").write_bytes(b"\xff\xfe id: [")
    folder = types.WorkspaceFolder(tmp_path.as_uri(), "root")
    await client.initialize_session(
        types.InitializeParams(client_capabilities("visual-studio-code"), workspace_folders=[folder])
    )
    editor = Editor(client)
    uri = parent.as_uri()
    editor.open(uri, PARENT)
    await editor.codes(uri, "subflow-input-missing", "subflow-input-unknown")
    items = await editor.complete(uri, 8, 6)
    assert [item.label for item in items] == ["day"]

    # The text in the editor counts, saved or not.
    editor.open(child.as_uri(), CHILD.replace("id: day", "id: dya"))
    await editor.codes(uri)
    editor.close(child.as_uri())
    await editor.codes(uri, "subflow-input-missing", "subflow-input-unknown")

    child.write_text(CHILD.replace("id: day", "id: dya"), encoding="utf-8")
    changed = types.FileEvent(child.as_uri(), types.FileChangeType.Changed)
    client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([changed]))
    await editor.codes(uri)
    child.unlink()
    gone = types.FileEvent(child.as_uri(), types.FileChangeType.Deleted)
    client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([gone]))
    await editor.codes(uri, "subflow-missing")

    event = types.WorkspaceFoldersChangeEvent(added=[], removed=[folder])
    client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
    await editor.diagnostics(uri)
