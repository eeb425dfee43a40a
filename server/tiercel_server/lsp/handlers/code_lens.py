"""`textDocument/codeLens`: run a flow, and how its last run ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.code_lens import code_lenses
from tiercel_server.features.unit_tests import suite_lenses
from tiercel_server.lsp import convert
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with lenses for each flow, and each case of a suite of unit tests."""

    def answer(snapshot: DocumentSnapshot, params: types.CodeLensParams) -> list[types.CodeLens]:
        del params
        positions = server.positions(snapshot)
        lenses = [
            *code_lenses(snapshot, server.runs.last_runs(snapshot.name)),
            *suite_lenses(snapshot, server.tests.last(snapshot.name)),
        ]
        return [convert.code_lens(lens, positions) for lens in lenses]

    server.on_document(types.TEXT_DOCUMENT_CODE_LENS, answer)
