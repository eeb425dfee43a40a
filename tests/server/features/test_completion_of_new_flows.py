"""A flow is completed from its first letter on, and no file that is something else."""

from __future__ import annotations

import pytest

from tests.server.features.marked import CURSOR
from tiercel_schemas.versions import KestraVersion
from tiercel_server.features.completion import complete
from tiercel_server.workspace import DocumentSnapshot
from tiercel_server.workspace.snapshot import ExcludedDocument

COMPOSE = "services:\n  web:\n    image: x\n"
MANIFEST = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n"
WORKFLOW = "name: build\non: push\njobs:\n  one:\n    steps:\n      - run: x\n"


def _labels(text: str, name: str = "file:///work/new.yaml", version: KestraVersion = KestraVersion.V2_0) -> list[str]:
    offset = text.index(CURSOR)
    snapshot = DocumentSnapshot(name, text.replace(CURSOR, ""), kestra_version=version)
    return [item.label for item in complete(snapshot, offset).items]


@pytest.mark.parametrize("version", list(KestraVersion))
@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("‸", ["id", "namespace", "tasks"]),
        ("# a new flow\n‸\n", ["id", "namespace", "tasks"]),
        ("i‸", ["id"]),
        ("na‸", ["namespace"]),
        ("ta‸", ["tasks"]),
        ("id: x\n‸", ["namespace", "tasks"]),
        ("id: x\nna‸", ["namespace"]),
        ("description: x\nid: y\nta‸\n", ["tasks"]),
        ("tasks:\n  - ‸", ["id", "type"]),
        ("tasks:\n  - i‸", ["id"]),
        ("tasks:\n  - id: x\n    ty‸", ["type"]),
        ("tasks:\n- ‸", ["id", "type"]),
        ("id: x\ntasks:\n  - id: y\n    type: Log‸", ["io.kestra.plugin.core.log.Log"]),
        ("tasks:\n  - id: y\n    type: Log‸", ["io.kestra.plugin.core.log.Log"]),
        ("id: x\ninputs:\n  - id: y\n    type: SEL‸", ["SELECT"]),
    ],
)
def test_a_new_flow_is_completed(text: str, first: list[str], version: KestraVersion) -> None:
    assert _labels(text, version=version)[: len(first)] == first


def test_nothing_is_offered_twice() -> None:
    assert "id" not in _labels("id: x\n‸")


@pytest.mark.parametrize(
    "text",
    [
        COMPOSE + "‸",
        COMPOSE + "  i‸",
        COMPOSE + "    ‸",
        MANIFEST + "i‸",
        MANIFEST + "---\n‸",
        WORKFLOW + "‸",
        WORKFLOW + "      - ‸",
        "name: build\nin‸",
        "version: '3'\ntasks:\n  ‸",
        "tasks:\n  build:\n    cmds: [x]\n  ‸",
        "tasks:\n  - init: npm ci\n    ‸",
        "- hosts: all\n  tasks:\n    - ‸",
        "- ‸",
        "Some words of a text\n\ni‸",
        "[1, 2]\n‸",
    ],
)
def test_what_is_something_else_gets_nothing(text: str) -> None:
    assert _labels(text) == []


@pytest.mark.parametrize(
    "name",
    [
        "tiercel.yaml",
        "docker-compose.yml",
        "docker-compose.override.yml",
        "compose.yaml",
        "Chart.yaml",
        ".gitlab-ci.yml",
        ".github/workflows/ci.yml",
        "kustomization.yaml",
    ],
)
@pytest.mark.parametrize("text", ["‸", "i‸", "inputs:\n  - ‸"])
def test_files_of_other_tools_get_nothing(name: str, text: str) -> None:
    assert _labels(text, f"file:///work/{name}") == []
    assert _labels(text, f"file:///work/flows/of-{name.rpartition('/')[2]}") != []


def test_what_the_project_leaves_out_gets_nothing() -> None:
    assert complete(ExcludedDocument("file:///work/new.yaml", ""), 0).items == ()
