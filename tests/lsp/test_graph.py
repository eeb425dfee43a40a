"""`tiercel/graph` over the wire: nodes with their ranges, subflows, and the states of a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.lsp.editor import Editor
from tiercel_server.lsp.plain import plain

CHILD = """\
id: child
namespace: company.team
tasks:
  - id: inner
    type: io.kestra.plugin.core.log.Log
    message: hi
"""
PARENT = """\
id: parent
namespace: company.team
tasks:
  - id: call
    type: io.kestra.plugin.core.flow.Subflow
    namespace: company.team
    flowId: child
  - id: bad
    type: io.kestra.plugin.core.execution.Fail
"""

SLOW = """\
id: slow
namespace: company.team
tasks:
  - id: first
    type: io.kestra.plugin.core.log.Log
    message: hi
  - id: sleep
    type: io.kestra.plugin.core.flow.Sleep
    duration: PT5M
"""


async def ask(editor: Editor, uri: str, **more: Any) -> dict[str, Any]:
    answer = await editor.client.protocol.send_request_async("tiercel/graph", {"uri": uri, **more})
    return dict(plain(answer))


async def test_a_graph_with_its_subflow_and_the_states_of_a_run(
    editor: Editor, uri: Callable[[str], str], tmp_path: Path
) -> None:
    (tmp_path / "child.yaml").write_text(CHILD)
    flow, child = uri("parent.yaml"), uri("child.yaml")
    editor.open(flow, PARENT)
    editor.open(child, CHILD)
    drawn = await ask(editor, flow)
    assert [(node["id"], node["kind"]) for node in drawn["nodes"]] == [("call", "subflow"), ("bad", "task")]
    assert drawn["nodes"][0]["expandable"] is True
    assert drawn["nodes"][0]["selectionRange"]["start"] == {"line": 3, "character": 8}
    assert drawn["run"] is None
    assert drawn["states"] == {}
    deep = await ask(editor, flow, expand=["call"])
    assert [(node["id"], node["document"]) for node in deep["nodes"]] == [
        ("call", flow),
        ("call/inner", child),
        ("bad", flow),
    ]
    assert await editor.command("tiercel.run", flow) == {"started": True}
    await editor.diagnostics(flow, lambda found: any(each.code == "run-failed" for each in found))
    ended = await ask(editor, flow)
    while ended["run"]["live"]:
        ended = await ask(editor, flow)
    assert ended["run"] == {"state": "FAILED", "live": False}
    assert {task: told["state"] for task, told in ended["states"].items()} == {"call": "SUCCESS", "bad": "FAILED"}


async def test_what_holds_no_flow_has_no_graph(editor: Editor, uri: Callable[[str], str]) -> None:
    editor.open(uri("other.yaml"), "just: yaml\n")
    for asked in ({"uri": uri("other.yaml")}, {"uri": uri("never-opened.yaml")}, {}, {"uri": 3}):
        assert await editor.client.protocol.send_request_async("tiercel/graph", asked) is None
    editor.open(uri("child.yaml"), CHILD)
    assert (
        await editor.client.protocol.send_request_async("tiercel/graph", {"uri": uri("child.yaml"), "flowId": "other"})
        is None
    )
    found = await ask(editor, uri("child.yaml"), position={"line": 4, "character": 0}, depth="deep", expand="call")
    assert found["flowId"] == "child"


async def test_the_states_of_a_run_that_goes_on(editor: Editor, uri: Callable[[str], str]) -> None:
    flow = uri("slow.yaml")
    editor.open(flow, SLOW)
    assert await editor.command("tiercel.run", flow) == {"started": True}
    await editor.diagnostics(
        flow, lambda found: any(each.code == "run-running" and each.range.start.line == 6 for each in found)
    )
    going = await ask(editor, flow)
    assert going["run"] == {"state": "RUNNING", "live": True}
    assert {task: told["state"] for task, told in going["states"].items()} == {"first": "SUCCESS", "sleep": "RUNNING"}
    assert going["states"]["first"]["runs"] == 1
    assert await editor.command("tiercel.cancelRun", flow) is True
    await editor.diagnostics(flow, lambda found: any(each.code == "run-cancelled" for each in found))
