"""`textDocument/hover`: what stands under the mouse."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.hover import hover
from tiercel_server.features.project_file import hover_project, is_project_file
from tiercel_server.features.unit_tests import hover_suite, suite_at
from tiercel_server.lsp import convert
from tiercel_server.lsp.rule_facts import rule_facts
from tiercel_server.lsp.tested_flows import tested_by
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with Markdown, or plain text for clients that show none."""

    def answer(snapshot: DocumentSnapshot, params: types.HoverParams) -> types.Hover | None:
        positions = server.positions(snapshot)
        offset, around = positions.offset(params.position), server.around.of(snapshot)
        if is_project_file(snapshot.name):
            found = hover_project(snapshot, offset, around, rule_facts())
        elif (suite := suite_at(snapshot, offset)) is not None:
            found = hover_suite(suite, tested_by(server, snapshot, suite), offset)
        else:
            found = hover(snapshot, offset, around, datetime.now(UTC))
        if found is None:
            return None
        content = convert.markdown(found.markdown, supported=server.abilities.markdown_in_hover)
        return types.Hover(content, positions.range(found.span))

    server.on_document(types.TEXT_DOCUMENT_HOVER, answer)
