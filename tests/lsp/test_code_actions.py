"""Code actions over the wire: with fixes at once, edits on demand, and files for those who can make them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lsprotocol import types
from pytest_lsp import LanguageClient

from tests.lsp.editor import Editor, find

FLOW = """\
id: acting
namespace: company.team
tasks:
  - id: greet
    type: io.kestra.plugin.core.log.Log
    mesage: hello
  - id: again
    type: io.kestra.plugin.core.log.Log
    message: "{{ inputs.nope }}"
"""


async def ask(
    editor: Editor, uri: str, part: str, diagnostics: Sequence[types.Diagnostic] = (), only: list[str] | None = None
) -> list[types.CodeAction]:
    place = types.Position(*find(FLOW, part))
    context = types.CodeActionContext(list(diagnostics), only=list(only) if only else None)
    params = types.CodeActionParams(types.TextDocumentIdentifier(uri), types.Range(place, place), context)
    found = await editor.client.text_document_code_action_async(params)
    # lsprotocol takes an action with a command for a bare command.
    return [each for each in found or () if isinstance(each, types.CodeAction)]


async def test_a_fix_comes_with_its_finding(editor: Editor, uri: Callable[[str], str]) -> None:
    flow = uri("acting.yaml")
    editor.open(flow, FLOW)
    findings = await editor.diagnostics(flow, lambda found: any(each.code == "unknown-property" for each in found))
    actions = await ask(editor, flow, "mesage", findings)
    fix = next(action for action in actions if action.title == "Write `message`")
    assert fix.kind == "quickfix"
    assert fix.diagnostics is not None
    assert [each.code for each in fix.diagnostics] == ["unknown-property"]
    assert fix.edit is not None
    assert fix.edit.document_changes is not None
    (change,) = fix.edit.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    assert change.text_document.version == 1
    (edit,) = change.edits
    assert isinstance(edit, types.TextEdit)
    line, column = find(FLOW, "mesage")
    assert edit.range == types.Range(types.Position(line, column), types.Position(line, column + len("mesage")))


async def test_only_the_kinds_that_are_asked_for(editor: Editor, uri: Callable[[str], str]) -> None:
    flow = uri("acting.yaml")
    editor.open(flow, FLOW)
    refactorings = await ask(editor, flow, "greet", only=["refactor"])
    assert refactorings
    assert {str(action.kind).partition(".")[0] for action in refactorings} == {"refactor"}


async def test_a_refactoring_is_resolved_and_makes_a_file(editor: Editor, uri: Callable[[str], str]) -> None:
    flow = uri("acting.yaml")
    editor.open(flow, FLOW)
    extract = next(action for action in await ask(editor, flow, "greet") if action.title.startswith("Extract"))
    assert extract.edit is None
    resolved = await editor.client.code_action_resolve_async(extract)
    assert resolved.edit is not None
    steps = resolved.edit.document_changes
    assert steps is not None
    create, content, own = steps
    assert isinstance(create, types.CreateFile)
    assert create.uri == uri("acting_greet.yaml")
    assert isinstance(content, types.TextDocumentEdit)
    assert content.text_document.uri == create.uri
    assert isinstance(own, types.TextDocumentEdit)
    assert own.text_document.uri == flow


async def test_clients_that_know_little_get_whole_edits(client: LanguageClient, uri: Callable[[str], str]) -> None:
    await client.initialize_session(types.InitializeParams(capabilities=types.ClientCapabilities()))
    editor = Editor(client)
    flow = uri("acting.yaml")
    editor.open(flow, FLOW)
    actions = await ask(editor, flow, "greet")
    wrap = next(action for action in actions if action.title == "Wrap `greet` in Parallel")
    assert wrap.edit is not None
    assert wrap.edit.changes is not None
    assert list(wrap.edit.changes) == [flow]
    assert not any(action.title.startswith("Extract") for action in actions)


async def test_a_rule_is_explained(editor: Editor, uri: Callable[[str], str]) -> None:
    page = await editor.command("tiercel.explain", "unknown-property")
    assert isinstance(page, str)
    assert page.startswith("# unknown-property")
    assert await editor.command("tiercel.explain", "no-such-code") is None
