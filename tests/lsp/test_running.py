"""Runs beyond the whole flow: parts, inputs that the client asks for, events for panels, failures in other files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lsprotocol import types
from pytest_lsp import LanguageClient, client_capabilities

from tests.lsp.editor import Editor, find, until
from tiercel_server.lsp.plain import plain

FLOW = """\
id: parts
namespace: company.team
inputs:
  - id: who
    type: STRING
    displayName: Who to greet
  - id: size
    type: SELECT
    values: [S, M]
    defaults: M
tasks:
  - id: first
    type: io.kestra.plugin.core.debug.Return
    format: "one {{ inputs.who }}"
  - id: second
    type: io.kestra.plugin.core.log.Log
    message: "two {{ outputs.first.value }} {{ inputs.size }}"
"""
CHILD = """\
id: child
namespace: company.team
tasks:
  - id: bad
    type: io.kestra.plugin.core.execution.Fail
    errorMessage: broken below
"""
PARENT = """\
id: parent
namespace: company.team
tasks:
  - id: call
    type: io.kestra.plugin.core.flow.Subflow
    namespace: company.team
    flowId: child
"""


async def wishing(client: LanguageClient, root: Path, **wishes: bool) -> Editor:
    params = types.InitializeParams(
        capabilities=client_capabilities("visual-studio-code"),
        root_uri=root.as_uri(),
        initialization_options=wishes,
    )
    await client.initialize_session(params)
    return Editor(client)


def codes(found: Any, code: str) -> list[int]:
    return [each.range.start.line for each in found if each.code == code]


async def test_up_to_a_task_and_from_one_on(editor: Editor, uri: Callable[[str], str]) -> None:
    flow = uri("parts.yaml")
    editor.open(flow, FLOW)
    lines = [find(FLOW, "id: first")[0], find(FLOW, "id: second")[0]]
    part = {"to": "first"}
    assert await editor.command("tiercel.run", flow, {"who": "Ada"}, "parts", part) == {"started": True}
    found = await editor.diagnostics(flow, lambda found: 0 in codes(found, "run-success"))
    assert set(codes(found, "run-success")) == {0, lines[0]}
    assert await editor.command("tiercel.replayFrom", flow, "second", "parts") == {"started": True}
    found = await editor.diagnostics(flow, lambda found: lines[1] in codes(found, "run-success"))
    items = await editor.complete(flow, *find(FLOW, "first.value", 6))
    assert "value" in [item.label for item in items]
    assert 'Last run: `"one Ada"`' in await editor.hover(flow, *find(FLOW, "first.value", 7))


async def test_the_client_asks_for_inputs(client: LanguageClient, tmp_path: Path, uri: Callable[[str], str]) -> None:
    asked: list[Any] = []

    @client.feature("tiercel/inputs")
    def inputs(params: Any) -> Any:
        asked.append(plain(params))
        return {"inputs": {"who": "Ada", "size": "S"}} if len(asked) < 2 else None

    editor = await wishing(client, tmp_path, inputs=True)
    flow = uri("parts.yaml")
    editor.open(flow, FLOW)
    assert await editor.command("tiercel.run", flow) == {"started": True}
    form = asked[0]["schema"]
    assert form["required"] == ["who"]
    assert form["properties"]["who"]["title"] == "Who to greet"
    assert form["properties"]["size"]["enum"] == ["S", "M"]
    assert form["properties"]["size"]["default"] == "M"
    await editor.diagnostics(flow, lambda found: 0 in codes(found, "run-success"))
    assert await editor.command("tiercel.run", flow) == {"started": False, "reason": "No inputs were given."}
    assert asked[1]["values"] == {"who": "Ada", "size": "S"}
    assert await editor.command("tiercel.runAgain", flow, "parts") == {"started": True}
    assert len(asked) == 2


async def test_a_panel_follows_a_run(client: LanguageClient, tmp_path: Path, uri: Callable[[str], str]) -> None:
    told: list[tuple[str, Any]] = []
    for method in ("tiercel/runStarted", "tiercel/runEvent", "tiercel/runEnded"):

        def take(params: Any, method: str = method) -> None:
            told.append((method, plain(params)))

        client.feature(method)(take)
    editor = await wishing(client, tmp_path, runEvents=True)
    flow = uri("parts.yaml")
    editor.open(flow, FLOW)
    await editor.command("tiercel.run", flow, {"who": "Ada"})
    await until(lambda: bool(told) and told[-1][0] == "tiercel/runEnded")
    assert told[0][0] == "tiercel/runStarted"
    assert told[0][1]["flowId"] == "parts"
    kinds = [params["event"]["event"] for method, params in told if method == "tiercel/runEvent"]
    assert kinds[-1] == "execution.finished"
    assert "taskrun.outputs" in kinds
    assert told[-1][1]["state"] == "SUCCESS"


async def test_a_failure_in_a_called_flow_leads_to_its_file(
    editor: Editor, uri: Callable[[str], str], tmp_path: Path
) -> None:
    await asyncio.to_thread((tmp_path / "child.yaml").write_text, CHILD, "utf-8")
    child, parent = uri("child.yaml"), uri("parent.yaml")
    editor.open(child, CHILD)
    editor.open(parent, PARENT)
    assert await editor.command("tiercel.run", parent) == {"started": True}
    line = find(PARENT, "id: call")[0]
    found = await editor.diagnostics(
        parent,
        lambda found: any(
            place.location.uri == child for each in found for place in each.related_information or () if each.code
        ),
    )
    failure = next(each for each in found if each.code == "run-failed" and each.range.start.line == line)
    places = {(each.location.uri, each.location.range.start.line) for each in failure.related_information or ()}
    assert (child, find(CHILD, "id: bad")[0]) in places


async def test_lenses_of_tasks(editor: Editor, uri: Callable[[str], str]) -> None:
    flow = uri("parts.yaml")
    editor.open(flow, FLOW)
    params = types.CodeLensParams(types.TextDocumentIdentifier(flow))
    lenses = await editor.client.text_document_code_lens_async(params)
    titles = [(lens.range.start.line, lens.command.title) for lens in lenses or () if lens.command]
    first, second = find(FLOW, "id: first")[0], find(FLOW, "id: second")[0]
    assert titles == [
        (0, "▶ Run"),
        (first, "▶ Run to here"),
        (first, "▶ Run task"),
        (second, "▶ Run to here"),
        (second, "▶ Run task"),
    ]


async def test_places_of_flows_and_what_a_pause_asks_for(client: LanguageClient, tmp_path: Path) -> None:
    text = """\
id: waits
namespace: company.team
tasks:
  - id: ask
    type: io.kestra.plugin.core.flow.Pause
    onResume:
      - {id: approved, type: BOOL}
  - id: both
    type: io.kestra.plugin.core.flow.Sequential
    tasks:
      - {id: 😀inner, type: io.kestra.plugin.core.log.Log, message: hi}
"""
    editor = await wishing(client, tmp_path)
    document = (tmp_path / "waits.yaml").as_uri()
    other = (tmp_path / "compose.yaml").as_uri()
    editor.open(document, text)
    editor.open(other, "services:\n  web:\n    image: nginx\n")
    answer = plain(await client.protocol.send_request_async("tiercel/flows", {"uri": document}))
    (flow,) = answer["flows"]
    assert (flow["id"], flow["namespace"], flow["range"]["start"]) == (
        "waits",
        "company.team",
        {"line": 0, "character": 0},
    )
    assert [(task["id"], task["parent"]) for task in flow["tasks"]] == [
        ("ask", None), ("both", None), ("😀inner", "both"),
    ]  # fmt: skip
    assert flow["tasks"][0]["range"]["start"] == {"line": 3, "character": 8}
    assert flow["tasks"][0]["resume"]["properties"]["approved"]["type"] == "boolean"
    assert plain(await client.protocol.send_request_async("tiercel/flows", {"uri": other}))["flows"] == []
    assert plain(await client.protocol.send_request_async("tiercel/flows", {}))["flows"] == []
