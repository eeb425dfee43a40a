"""Suites of unit tests in an editor: findings, completion, hover, lenses, and results on the lines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import cast

from lsprotocol import types

from tests.lsp.editor import PATIENCE, Editor, find

FLOW = """\
id: greet
namespace: company.team
inputs:
  - id: name
    type: STRING
tasks:
  - id: fetch
    type: io.kestra.plugin.core.http.Request
    uri: "https://example.com/{{ inputs.name }}"
  - id: say
    type: io.kestra.plugin.core.debug.Return
    format: "Hello {{ outputs.fetch.body }}"
"""
SUITE = """\
id: greet_tests
namespace: company.team
flowId: greet
testCases:
  - id: greets
    type: io.kestra.core.tests.flow.UnitTest
    fixtures:
      inputs: {name: you}
      tasks:
        - id: fetch
          outputs: {body: "{{ inputs.name }}"}
    assertions:
      - value: "{{ outputs.say.value }}"
        equalTo: Hello you
  - id: wrong
    type: io.kestra.core.tests.flow.UnitTest
    fixtures:
      inputs: {name: you}
      tasks:
        - id: fetch
          outputs: {body: "{{ inputs.name }}"}
    assertions:
      - value: "{{ outputs.say.value }}"
        equalTo: Hello me
"""


def opened(editor: Editor, uri: Callable[[str], str], folder: Path, suite: str = SUITE) -> str:
    (folder / "greet.yaml").write_text(FLOW, encoding="utf-8")
    # The flow is open, so that the index surely knows it.
    editor.open(uri("greet.yaml"), FLOW)
    (folder / "greet_tests.yaml").write_text(suite, encoding="utf-8")
    name = uri("greet_tests.yaml")
    editor.open(name, suite)
    return name


async def lenses(editor: Editor, uri: str) -> list[types.CodeLens]:
    params = types.CodeLensParams(types.TextDocumentIdentifier(uri))
    return list(await editor.client.text_document_code_lens_async(params) or [])


def titles(found: list[types.CodeLens]) -> list[str]:
    return [each.command.title for each in found if each.command is not None]


async def test_mistakes_are_shown(editor: Editor, uri: Callable[[str], str], tmp_path: Path) -> None:
    wrong = SUITE.replace("equalTo: Hello me", "equalsTo: Hello me").replace("- id: fetch", "- id: fetsh", 1)
    name = opened(editor, uri, tmp_path, wrong)
    found = await editor.codes(name, "invalid-unit-test", "unknown-name-in-unit-test")
    assert {each.range.start.line for each in found} == {find(wrong, "equalsTo")[0], find(wrong, "fetsh")[0]}


async def test_a_flow_that_there_is_not(editor: Editor, uri: Callable[[str], str], tmp_path: Path) -> None:
    suite = SUITE.replace("flowId: greet", "flowId: gret")
    name = opened(editor, uri, tmp_path, suite)
    (found,) = await editor.codes(name, "unknown-tested-flow")
    assert found.range.start.line == find(suite, "flowId")[0]


async def test_keys_operators_and_names_are_completed(
    editor: Editor, uri: Callable[[str], str], tmp_path: Path
) -> None:
    suite = SUITE.replace("        equalTo: Hello me\n", "        \n").replace("- id: fetch\n", "- id: f\n", 1)
    name = opened(editor, uri, tmp_path, suite)
    line = suite.count("\n") - 1
    labels = {each.label for each in await editor.complete(name, line, 8)}
    assert {"equalTo", "greaterThanOrEqualTo", "errorMessage"} <= labels
    assert "value" not in labels
    tasks = await editor.complete(name, *find(suite, "- id: f\n", len("- id: f")))
    assert [each.label for each in tasks] == ["fetch"]
    inputs = await editor.complete(name, *find(suite, "{name: you}", 1))
    assert "name" in {each.label for each in inputs}
    inner = await editor.complete(name, *find(suite, "outputs.say.value", len("outputs.")))
    assert {"fetch", "say"} <= {each.label for each in inner}


async def test_hovers_tell_of_operators_and_tasks(editor: Editor, uri: Callable[[str], str], tmp_path: Path) -> None:
    name = opened(editor, uri, tmp_path)
    assert "must be this one" in await editor.hover(name, *find(SUITE, "equalTo", 1))
    assert "core.http.Request" in await editor.hover(name, *find(SUITE, "- id: fetch", 7))


async def test_a_case_runs_from_its_lens_and_tells_on_its_line(
    editor: Editor, uri: Callable[[str], str], tmp_path: Path
) -> None:
    name = opened(editor, uri, tmp_path)
    await editor.codes(name)
    before = await lenses(editor, name)
    assert titles(before) == ["▶ Run all tests", "▶ Run test", "▶ Run test"]
    command = before[0].command
    assert command is not None
    answer = await editor.command(command.command, *(command.arguments or ()))
    assert cast("dict[str, object]", answer) == {"started": True}
    (failure,) = await editor.codes(name, "test-failed")
    line, column = find(SUITE, "Hello me")
    assert (failure.range.start.line, failure.range.start.character) == (line, column)
    assert failure.source == "tiercel test"
    assert "but was 'Hello you'" in failure.message
    after = titles(await lenses(editor, name))
    assert len(after) == 5
    assert after[2].startswith("✓ passed in ")
    assert after[4].startswith("✗ failed in ")


async def test_results_go_with_the_next_edit(editor: Editor, uri: Callable[[str], str], tmp_path: Path) -> None:
    name = opened(editor, uri, tmp_path)
    await editor.command("tiercel.runTests", name, "company.team.greet_tests/wrong")
    await editor.codes(name, "test-failed")
    editor.replace(name, SUITE.replace("Hello me", "Hello you"))
    await editor.codes(name)
    await editor.command("tiercel.runTests", name, "company.team.greet_tests/wrong")

    async with asyncio.timeout(PATIENCE):
        while not any(title.startswith("✓") for title in titles(await lenses(editor, name))):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
