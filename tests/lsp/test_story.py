"""The story of an author: open, mend, complete, run, see the failure on its line, fix, run again, cancel a long run."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from lsprotocol import types

from tests.lsp.editor import Editor, find, until

FLOW = """\
id: story
namespace: company.team
inputs:
  - id: who
    type: STRING
    defaults: world
tasks:
  - id: greet
    type: io.kestra.plugin.core.log.Log
    message: "Hello {{ inputs.whom }}"
  - id: work
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner:
      type: io.kestra.plugin.core.runner.Process
    commands:
      - echo working
      - echo broken by design >&2; exit 3
"""


async def test_the_whole_way(editor: Editor, uri: Callable[[str], str]) -> None:
    flow = uri("story.yaml")
    editor.open(flow, FLOW)
    found = await editor.codes(flow, "unknown-input")
    assert found[0].severity == types.DiagnosticSeverity.Error
    assert found[0].range.start == types.Position(*find(FLOW, "whom"))
    assert found[0].source == "tiercel"

    items = await editor.complete(flow, *find(FLOW, "whom", 2))
    who = next(item for item in items if item.label == "who")
    assert isinstance(who.text_edit, types.TextEdit)
    editor.change(flow, types.TextDocumentContentChangePartial(who.text_edit.range, who.text_edit.new_text))
    await editor.codes(flow)
    assert "**inputs.who** · string" in await editor.hover(flow, *find(FLOW, "whom", 1))

    lenses = await editor.client.text_document_code_lens_async(types.CodeLensParams(types.TextDocumentIdentifier(flow)))
    assert lenses is not None
    assert [lens.command.title for lens in lenses if lens.command and lens.range.start.line == 0] == ["▶ Run"]
    command = lenses[0].command
    assert command is not None
    assert await editor.command(command.command, *command.arguments or []) == {"started": True}
    found = await editor.diagnostics(
        flow, lambda found: any(each.code == "run-failed" and "Failed" in each.message for each in found)
    )
    failure = next(each for each in found if each.code == "run-failed" and "Failed" in each.message)
    assert failure.severity == types.DiagnosticSeverity.Error
    assert failure.source == "tiercel run"
    assert failure.range.start == types.Position(*find(FLOW, "work"))
    assert "broken by design" in failure.message
    greeted = next(each for each in found if each.code == "run-success")
    assert greeted.severity == types.DiagnosticSeverity.Hint
    assert greeted.range.start == types.Position(*find(FLOW, "greet"))

    await _ended(editor, flow)
    line, _ = find(FLOW, "- echo broken")
    editor.edit(flow, line, 8, len(FLOW.splitlines()[line]), "echo mended")
    await editor.codes(flow)

    assert await editor.command("tiercel.run", flow, {"who": "you"}) == {"started": True}
    found = await editor.diagnostics(flow, lambda found: [str(each.code) for each in found].count("run-success") == 3)
    assert {each.severity for each in found if each.code == "run-success"} == {types.DiagnosticSeverity.Hint}
    titles = await _ended(editor, flow)
    assert titles[1].startswith("✓ SUCCESS in ")


async def test_a_long_run_is_cancelled(editor: Editor, uri: Callable[[str], str], tmp_path: Path) -> None:
    flow = uri("long.yaml")
    editor.open(flow, sleeping(tmp_path))
    await editor.codes(flow)
    assert await editor.command("tiercel.run", flow) == {"started": True}
    pid = await read_pid(tmp_path / "pid")
    again = await editor.command("tiercel.run", flow)
    assert isinstance(again, dict)
    assert again["started"] is False
    assert await editor.command("tiercel.cancelRun", flow) is True
    await _ended(editor, flow)
    await gone(pid)
    await editor.diagnostics(flow, lambda found: any(each.code == "run-cancelled" for each in found))
    assert await editor.command("tiercel.cancelRun", flow) is False


async def test_the_progress_has_a_button_to_cancel(editor: Editor, uri: Callable[[str], str], tmp_path: Path) -> None:
    flow = uri("long.yaml")
    editor.open(flow, sleeping(tmp_path))
    await editor.codes(flow)
    await editor.command("tiercel.run", flow)
    pid = await read_pid(tmp_path / "pid")
    (token,) = editor.client.progress_reports
    begin = editor.client.progress_reports[token][0]
    assert isinstance(begin, types.WorkDoneProgressBegin)
    assert begin.cancellable
    editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token))
    await _ended(editor, flow)
    await gone(pid)
    assert isinstance(editor.client.progress_reports[token][-1], types.WorkDoneProgressEnd)


async def test_shutting_down_ends_runs(editor: Editor, uri: Callable[[str], str], tmp_path: Path) -> None:
    flow = uri("long.yaml")
    editor.open(flow, sleeping(tmp_path))
    await editor.codes(flow)
    await editor.command("tiercel.run", flow)
    pid = await read_pid(tmp_path / "pid")
    await editor.client.shutdown_session()
    await gone(pid)
    editor.client.capabilities = None  # The session is over; the fixture need not end it again.


async def test_closing_a_document_ends_its_run(editor: Editor, uri: Callable[[str], str], tmp_path: Path) -> None:
    flow = uri("long.yaml")
    editor.open(flow, sleeping(tmp_path))
    await editor.codes(flow)
    await editor.command("tiercel.run", flow)
    pid = await read_pid(tmp_path / "pid")
    editor.close(flow)
    await gone(pid)


async def test_what_has_errors_is_not_run(editor: Editor, uri: Callable[[str], str]) -> None:
    flow = uri("story.yaml")
    editor.open(flow, FLOW.replace("message:", "mesage:"))
    await editor.diagnostics(flow, lambda found: any(each.code == "unknown-property" for each in found))
    answer = await editor.command("tiercel.run", flow)
    assert isinstance(answer, dict)
    assert answer["started"] is False
    assert "line 10" in answer["reason"]
    assert "mesage" in editor.client.messages[-1].message


async def test_what_kestra_finds_out_only_at_run_time_is_run(editor: Editor, uri: Callable[[str], str]) -> None:
    flow = uri("story.yaml")
    editor.open(flow, FLOW)
    await editor.codes(flow, "unknown-input")
    assert await editor.command("tiercel.run", flow) == {"started": True}
    found = await editor.diagnostics(flow, lambda found: sum(each.code == "run-failed" for each in found) == 2)
    assert any(each.code == "run-failed" and "whom" in each.message for each in found)


async def test_commands_take_any_arguments(editor: Editor, uri: Callable[[str], str]) -> None:
    for arguments in ([], [None], [1, 2, 3, 4], [uri("missing.yaml")], [uri("missing.yaml"), "x", {}]):
        answer = await editor.command("tiercel.run", *arguments)
        assert isinstance(answer, dict)
        assert answer["started"] is False
        assert await editor.command("tiercel.cancelRun", *arguments) is False


async def test_an_input_that_is_refused_is_told(editor: Editor, uri: Callable[[str], str]) -> None:
    flow = uri("inputs.yaml")
    editor.open(
        flow,
        "id: a\nnamespace: b\ninputs:\n  - id: n\n    type: INT\ntasks:\n"
        "  - id: x\n    type: io.kestra.plugin.core.log.Log\n    message: '{{ inputs.n }}'\n",
    )
    await editor.codes(flow)
    assert await editor.command("tiercel.run", flow, {"n": "many"}) == {"started": True}
    found = await editor.diagnostics(flow, lambda found: any(each.code == "run-failed" for each in found))
    (failure,) = [each for each in found if each.code == "run-failed"]
    assert failure.range.start == types.Position(0, 4)
    assert "`n`" in failure.message
    assert "Traceback" not in failure.message


async def test_a_flow_that_is_no_file_runs_too(editor: Editor, tmp_path: Path) -> None:
    flow = "untitled:Untitled-1"
    two = FLOW.replace("inputs.whom", "inputs.who").replace("id: story", "id: other").split("  - id: work")[0]
    editor.open(flow, FLOW.replace("inputs.whom", "inputs.who") + "---\n" + two)
    await editor.codes(flow)
    assert await editor.command("tiercel.run", flow, {}, "other") == {"started": True}
    found = await editor.diagnostics(flow, lambda found: len(found) == 2)
    assert {str(each.code) for each in found} == {"run-success"}
    assert all(each.range.start.line > FLOW.count("\n") for each in found)


def sleeping(folder: Path) -> str:
    return f"""\
id: long
namespace: company.team
tasks:
  - id: sleep
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner:
      type: io.kestra.plugin.core.runner.Process
    commands:
      - echo $$ > "{folder}/pid.part" && mv "{folder}/pid.part" "{folder}/pid"; sleep 600
"""


async def read_pid(path: Path) -> int:
    await until(path.exists)
    return int(await asyncio.to_thread(path.read_text))


async def gone(pid: int) -> None:
    await until(lambda: not _is_alive(pid))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def _ended(editor: Editor, uri: str) -> list[str]:
    """Wait until no run is under way; the titles of the lenses."""
    async with asyncio.timeout(60):
        while True:
            lenses = await editor.client.text_document_code_lens_async(
                types.CodeLensParams(types.TextDocumentIdentifier(uri))
            )
            titles = [lens.command.title for lens in lenses or () if lens.command is not None]
            if len(titles) > 1 and not titles[1].startswith("▶"):
                return titles
            await asyncio.sleep(0.02)
