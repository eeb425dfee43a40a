"""Completion where one flow calls another of the workspace."""

from __future__ import annotations

import pytest

from tests.server.features.marked import CURSOR
from tiercel_server.features.completion import complete
from tiercel_server.features.surroundings import Surroundings
from tiercel_server.workspace import DocumentSnapshot
from tiercel_server.workspace.flow_index import index_flows

CHILD = (
    "id: child\nnamespace: a.b\ninputs:\n  - id: optional\n    type: STRING\n    defaults: x\n"
    "  - id: day\n    type: DATE\ntasks: []\n"
)
OTHERS = [CHILD, "id: other\nnamespace: c.d\ntasks: []\n"]
HEAD = "id: parent\nnamespace: a.b\ntasks:\n  - id: call\n    type: io.kestra.plugin.core.flow.Subflow\n"


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        (HEAD + "    namespace: ‸\n", ["a.b", "c.d"]),
        (HEAD + "    namespace: a.b\n    flowId: ‸\n", ["child"]),
        (HEAD + "    flowId: ‸\n    namespace: c.d\n", ["other"]),
        (HEAD + "    flowId: ‸\n", ["child", "other"]),
        (HEAD + "    namespace: a.b\n    flowId: child\n    inputs:\n      ‸\n", ["day", "optional"]),
        (HEAD + "    namespace: a.b\n    flowId: child\n    inputs:\n      day: x\n      op‸\n", ["optional"]),
        (HEAD + "    namespace: no.such\n    flowId: child\n    inputs:\n      ‸\n", []),
        ("id: new\nnamespace: ‸\n", ["a.b", "c.d"]),
        (
            "id: new\nnamespace: a.b\ntasks:\n  - id: x\n    type: io.kestra.plugin.core.kv.Get\n    namespace: ‸\n",
            ["a.b", "c.d"],
        ),
    ],
)
def test_flows_of_the_workspace(text: str, labels: list[str]) -> None:
    offset = text.index(CURSOR)
    snapshot = DocumentSnapshot("file:///parent.yaml", text.replace(CURSOR, ""))
    workspace = index_flows(DocumentSnapshot(f"file:///{n}.yaml", other) for n, other in enumerate(OTHERS))
    assert [item.label for item in complete(snapshot, offset, Surroundings(workspace)).items] == labels
