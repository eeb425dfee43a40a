"""Names that a project gives, over the wire: from tiercel.yaml, a dotenv file, folders and what runs left behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.lsp.editor import Editor, find
from tiercel_server.lsp.project_names import KnownNames

FLOW = """\
id: names
namespace: company.team
tasks:
  - id: t
    type: io.kestra.plugin.core.log.Log
    message: "{{ secret('') }} {{ kv('') }} {{ read('') }}"
"""
PROJECT = """\
kv: [from_list]
secrets: [FROM_LIST]
run:
  dotenv: .env.local
namespaces:
  company:
    kv: {above: 1}
  company.team:
    files: files
    kv: {own: 1}
"""


def lay_out(root: Path) -> None:
    (root / "tiercel.yaml").write_text(PROJECT, encoding="utf-8")
    (root / ".env.local").write_text("# a comment\nexport TOKEN=very-secret\nSECRET_CODED=dmVyeQ==\n", encoding="utf-8")
    (root / ".env").write_text("SECRET_IN_ENV=dmVyeQ==\nOTHER=1\n", encoding="utf-8")
    (root / "files" / "sql").mkdir(parents=True)
    (root / "files" / "sql" / "a.sql").write_text("select 1", encoding="utf-8")
    (root / "files" / ".hidden").write_text("", encoding="utf-8")
    stored = root / ".tiercel" / "kv" / "company" / "team" / "_kv"
    stored.mkdir(parents=True)
    (stored / "stored.json").write_text("{}", encoding="utf-8")


def test_names_without_values(tmp_path: Path) -> None:
    lay_out(tmp_path)
    names = KnownNames().of(tmp_path, tmp_path / "tiercel.yaml")
    assert {"FROM_LIST", "TOKEN", "CODED", "IN_ENV"} <= set(names.secrets[""])
    assert "OTHER" not in names.secrets[""]
    assert names.kv["company.team"] == ("own", "stored")
    assert names.files["company.team"] == ("sql/a.sql",)
    assert "very" not in repr(names)


async def test_names_are_completed(editor: Editor, uri: Callable[[str], str], tmp_path: Path) -> None:
    lay_out(tmp_path)
    flow = uri("names.yaml")
    editor.open(flow, FLOW)

    async def labels(call: str) -> list[str]:
        return [item.label for item in await editor.complete(flow, *find(FLOW, f"{call}('", len(call) + 2))]

    assert {"FROM_LIST", "TOKEN", "CODED", "IN_ENV"} <= set(await labels("secret"))
    assert set(await labels("kv")) == {"own", "stored", "above", "from_list"}
    assert await labels("read") == ["sql/a.sql"]
