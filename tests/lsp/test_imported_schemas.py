"""Schemas that are imported while the editor is open."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from lsprotocol import types
from pytest_lsp import LanguageClient, client_capabilities

from tests.lsp.editor import Editor
from tests.schemas.catalog.server_shape import add_plugin, inherited, server_schema
from tiercel_schemas.catalog import load_catalog
from tiercel_schemas.catalog.overlay_file import overlay_path
from tiercel_schemas.versions import KestraVersion
from tiercel_server.cli.commands.schema import command as schema

LOG = "io.kestra.plugin.core.log.Log"
FLOW = "id: a\nnamespace: b.c\ntasks:\n  - id: x\n    type: com.acme.Enqueue\n    nonsense: 1\n"


async def test_what_is_imported_holds_at_once_and_what_is_broken_is_told_at_its_file(
    client: LanguageClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tiercel.yaml").write_text("kestra-version: '2.0'\n", encoding="utf-8")
    folder = types.WorkspaceFolder(tmp_path.as_uri(), "root")
    await client.initialize_session(
        types.InitializeParams(client_capabilities("visual-studio-code"), workspace_folders=[folder])
    )
    editor, uri = Editor(client), (tmp_path / "a.yaml").as_uri()
    editor.open(uri, FLOW)
    await editor.codes(uri)

    made = server_schema(load_catalog(KestraVersion.V2_0), ("io.kestra.plugin.core.",))
    inherits = inherited(made, LOG, "id", "timeout", "disabled")
    add_plugin(made, "com.acme.Enqueue", "tasks", {"properties": inherits, "required": ["id"]})
    (tmp_path / "schema.json").write_text(json.dumps(made), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(schema, ["import", "schema.json"])
    file = overlay_path(tmp_path, KestraVersion.V2_0)
    assert file.is_file(), done.output
    changed(client, file)
    await editor.codes(uri, "unknown-property")

    file.write_text("rubbish\n", encoding="utf-8")
    changed(client, file)
    assert [each.severity for each in await editor.codes(file.as_uri(), "imported-schema")] == [
        types.DiagnosticSeverity.Warning
    ]
    file.unlink()
    changed(client, file)
    await editor.codes(file.as_uri())


def changed(client: LanguageClient, file: Path) -> None:
    event = types.FileEvent(file.as_uri(), types.FileChangeType.Changed)
    client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
