"""`textDocument/completion`: what may be written at the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.completion import complete
from tiercel_server.features.project_file import complete_project, is_project_file
from tiercel_server.features.unit_tests import complete_suite, suite_at
from tiercel_server.lsp import convert
from tiercel_server.lsp.rule_facts import rule_facts
from tiercel_server.lsp.tested_flows import tested_by
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer

TRIGGERS = ["{", ".", "|", ":", " ", "-", "[", "'", '"']


def register(server: TiercelServer) -> None:
    """Answer with items whose documentation is left to `completionItem/resolve`."""

    def answer(snapshot: DocumentSnapshot, params: types.CompletionParams) -> types.CompletionList:
        positions = server.positions(snapshot)
        offset, around = positions.offset(params.position), server.around.of(snapshot)
        if is_project_file(snapshot.name):
            found = complete_project(snapshot, offset, around, rule_facts())
        elif (suite := suite_at(snapshot, offset)) is not None:
            found = complete_suite(snapshot, suite, tested_by(server, snapshot, suite), offset, around)
        else:
            found = complete(snapshot, offset, around)
        snippets = server.abilities.snippets
        items = [
            convert.completion_item(item, index, snapshot.name, positions, snippets=snippets)
            for index, item in enumerate(found.items)
        ]
        return types.CompletionList(is_incomplete=found.incomplete, items=items)

    options = types.CompletionOptions(trigger_characters=TRIGGERS, resolve_provider=True)
    server.on_document(types.TEXT_DOCUMENT_COMPLETION, answer, options)
