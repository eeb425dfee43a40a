"""Code actions as the protocol has them: with edits where they are cheap or can't be asked for later."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from tiercel_schemas.diagnostics import Diagnostic
from tiercel_schemas.source.spans import Span
from tiercel_server.features.code_actions import ActionPlace, Change, CodeAction, code_actions
from tiercel_server.features.code_actions.model import QUICK_FIX
from tiercel_server.lsp import convert
from tiercel_server.lsp.diagnosing import SOURCE
from tiercel_server.lsp.rule_facts import known_fixes, rule_facts, silencers
from tiercel_server.rules import diagnose
from tiercel_server.workspace import DocumentSnapshot
from tiercel_server.workspace.session import path_of

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def offered_actions(
    server: TiercelServer, snapshot: DocumentSnapshot, span: Span, only: list[str] | None
) -> list[types.CodeAction]:
    """The actions for a selection; `only` are the kinds that are asked for, each with those below it."""
    found = []
    for action in code_actions(_place(server, snapshot, span)):
        if only and not any(action.kind == kind or action.kind.startswith(f"{kind}.") for kind in only):
            continue
        shown = _shown(server, snapshot, span, action)
        if shown is not None:
            found.append(shown)
    return found


def resolved_edit(
    server: TiercelServer, snapshot: DocumentSnapshot, data: dict[str, Any]
) -> types.WorkspaceEdit | None:
    """The edit of an action that was offered without; None where it can't be made."""
    span = Span(int(data["start"]), int(data["end"]))
    for action in code_actions(_place(server, snapshot, span)):
        if action.title == data["title"] and action.kind == data["kind"]:
            change = action.change()
            return _edit(server, snapshot, change) if change is not None else None
    return None


def _place(server: TiercelServer, snapshot: DocumentSnapshot, span: Span) -> ActionPlace:
    findings = server.diagnosing.known(snapshot)
    if findings is None:
        findings = diagnose(snapshot, server.neighbours.flows())
    path = path_of(snapshot.name)
    return ActionPlace(
        snapshot,
        span,
        [each for each in findings if _touches(snapshot, each, span)],
        known_fixes(snapshot, list(findings)),
        silencers(snapshot),
        frozenset(rule_facts()),
        server.around.of(snapshot),
        can_create=server.abilities.creates_files and path is not None,
        taken_names=_names_beside(path),
    )


def _names_beside(path: Path | None) -> frozenset[str]:
    try:
        return frozenset(os.listdir(path.parent)) if path is not None else frozenset()  # noqa: PTH208 - names will do
    except OSError:
        return frozenset()


def _touches(snapshot: DocumentSnapshot, finding: Diagnostic, span: Span) -> bool:
    """Whether a finding has a part in a selection; for a cursor, whether it stands on one of its lines."""
    if span.start == span.end:
        lines = [snapshot.text.line_at(offset) for offset in (finding.span.start, finding.span.end)]
        return lines[0] <= snapshot.text.line_at(span.start) <= lines[1]
    return finding.span.start <= span.end and span.start <= finding.span.end


def _shown(
    server: TiercelServer, snapshot: DocumentSnapshot, span: Span, action: CodeAction
) -> types.CodeAction | None:
    positions = server.positions(snapshot)
    shown = types.CodeAction(
        title=action.title,
        kind=action.kind,
        diagnostics=[
            convert.diagnostic(each, snapshot.name, positions, SOURCE, server.rule_pages.link(each.code))
            for each in action.findings
        ]
        or None,
        is_preferred=True if action.preferred else None,
    )
    if action.command is not None:
        name, arguments = action.command
        shown.command = types.Command(action.title, name, arguments=list(arguments))
        return shown
    if server.abilities.resolves_actions and action.kind != QUICK_FIX:
        shown.data = {
            "uri": snapshot.name,
            "version": snapshot.version,
            "start": span.start,
            "end": span.end,
            "title": action.title,
            "kind": action.kind,
        }
        return shown
    change = action.change()
    if change is None:
        return None
    shown.edit = _edit(server, snapshot, change)
    return shown


def _edit(server: TiercelServer, snapshot: DocumentSnapshot, change: Change) -> types.WorkspaceEdit:
    positions = server.positions(snapshot)
    edits = [types.TextEdit(positions.range(each.span), each.text) for each in change.edits]
    if not server.abilities.document_changes:
        return types.WorkspaceEdit(changes={snapshot.name: edits})
    steps: list[types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile] = []
    path = path_of(snapshot.name)
    start = types.Range(types.Position(0, 0), types.Position(0, 0))
    for file in change.files if path is not None else ():
        uri = path.with_name(file.name).as_uri() if path is not None else ""
        created = types.OptionalVersionedTextDocumentIdentifier(uri=uri, version=None)
        steps += [
            types.CreateFile(uri, options=types.CreateFileOptions(overwrite=False, ignore_if_exists=False)),
            types.TextDocumentEdit(created, [types.TextEdit(start, file.text)]),
        ]
    own = types.OptionalVersionedTextDocumentIdentifier(uri=snapshot.name, version=snapshot.version)
    steps.append(types.TextDocumentEdit(own, list(edits)))
    return types.WorkspaceEdit(document_changes=steps)
