"""The published schema in yaml-language-server: every example is clean, mistakes are marked, keys and types offered.

The server is installed by `npm --prefix tests/editors/yaml ci` (`tools/test.sh` does).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.language_client import LanguageServerProcess
from tiercel_schemas.json_schema import flow_schema
from tiercel_schemas.versions import KestraVersion
from tiercel_server.workspace import DocumentSnapshot

ROOT = Path(__file__).resolve().parents[2]
SERVER = Path(__file__).with_name("yaml") / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
NODE = shutil.which("node")
FOLDERS = {KestraVersion.V2_0: ROOT / "examples", KestraVersion.V1_3: ROOT / "examples" / "kestra-1.3"}
HEAD = "id: a\nnamespace: b\n"
LOG = "  - id: x\n    type: io.kestra.plugin.core.log.Log\n"

pytestmark = pytest.mark.skipif(
    not (NODE and SERVER.is_file()) and not os.environ.get("CI"),
    reason="yaml-language-server is not installed: `npm --prefix tests/editors/yaml ci`",
)


class Editor:
    """yaml-language-server with the schema of one version for all files."""

    def __init__(self, folder: Path, version: KestraVersion) -> None:
        schema = folder / "schema.json"
        schema.write_text(json.dumps(flow_schema(version)), encoding="utf-8")
        self._folder, self._count = folder, 0
        yaml = {
            "schemas": {schema.as_uri(): "*.yaml"}, "schemaStore": {"enable": False}, "validate": True,
            "completion": True, "hover": True,
        }  # fmt: skip
        assert NODE is not None
        self.process = LanguageServerProcess([NODE, str(SERVER), "--stdio"], {"yaml": yaml})
        self.process.start(folder)

    def open(self, text: str) -> str:
        self._count += 1
        uri = (self._folder / f"flow-{self._count}.yaml").as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.process.notify("textDocument/didOpen", {"textDocument": document})
        return uri

    def problems(self, text: str) -> list[tuple[int, str]]:
        self.open(text)
        return [(each["range"]["start"]["line"], each["message"]) for each in self.process.diagnostics(lambda _: True)]

    def offered(self, text: str, line: int, character: int) -> list[str]:
        uri = self.open(text)
        place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
        answer: dict[str, Any] = self.process.request("textDocument/completion", place)
        self.process.diagnostics(lambda _: True)
        return [each["label"] for each in answer["items"]]


@pytest.fixture(scope="module", params=KestraVersion, ids=str)
def version(request: pytest.FixtureRequest) -> KestraVersion:
    found: KestraVersion = request.param
    return found


@pytest.fixture(scope="module")
def editor(version: KestraVersion, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    made = Editor(tmp_path_factory.mktemp("yaml"), version)
    yield made
    made.process.stop()


def test_every_example_is_clean(editor: Editor, version: KestraVersion) -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDERS[version].glob("*.yaml"))}
    flows = {name: text for name, text in texts.items() if DocumentSnapshot(name, text).is_flow}
    assert flows
    found = {name: editor.problems(text) for name, text in flows.items()}
    assert not {name: problems for name, problems in found.items() if problems}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"{HEAD}tasks:\n{LOG}    message: m\n    mesage: m\n", 6),
        (f"{HEAD}tasks:\n{LOG}    message: m\nnonsense: 1\n", 6),
        (f"{HEAD}tasks:\n{LOG}    message: m\n    allowFailure: [true]\n", 6),
        (f"{HEAD}inputs:\n  - id: i\n    type: TEXT\ntasks:\n{LOG}    message: m\n", 4),
        (f"{HEAD}concurrency:\n  limit: 1\n  behavior: WAIT\ntasks:\n{LOG}    message: m\n", 4),
        (f"namespace: b\ntasks:\n{LOG}    message: m\n", 0),
    ],
)
def test_a_mistake_is_marked_on_its_line(editor: Editor, text: str, line: int) -> None:
    assert line in {number for number, _ in editor.problems(text)}


def test_properties_of_a_task_are_offered(editor: Editor) -> None:
    labels = editor.offered(f"{HEAD}tasks:\n{LOG}    \n", 5, 4)
    assert {"message", "level", "timeout", "retry"} <= set(labels)
    assert "uri" not in labels


def test_types_and_words_are_offered(editor: Editor) -> None:
    labels = editor.offered(f"{HEAD}tasks:\n  - id: x\n    type: \n", 4, 10)
    assert "io.kestra.plugin.core.log.Log" in labels
    assert {"QUEUE", "CANCEL", "FAIL"} <= set(
        editor.offered(f"{HEAD}concurrency:\n  limit: 1\n  behavior: \ntasks:\n{LOG}    message: m\n", 4, 12)
    )


def test_keys_of_a_flow_are_offered(editor: Editor) -> None:
    labels = editor.offered(f"{HEAD}tasks:\n{LOG}    message: m\n\n", 6, 0)
    assert {"inputs", "triggers", "errors", "finally"} <= set(labels)
