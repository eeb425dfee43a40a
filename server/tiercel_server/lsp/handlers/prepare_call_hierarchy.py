"""`textDocument/prepareCallHierarchy`: the flow whose callers and calls are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.call_hierarchy import flows_at
from tiercel_server.lsp.call_items import call_item
from tiercel_server.lsp.locations import Places
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with the flow that is named at the place, else the one around it."""

    def answer(snapshot: DocumentSnapshot, params: types.CallHierarchyPrepareParams) -> list[types.CallHierarchyItem]:
        offset, places = server.positions(snapshot).offset(params.position), Places(server)
        found = flows_at(snapshot, offset, server.neighbours.index_around(snapshot))
        return [item for each in found if (item := call_item(each, places)) is not None]

    server.on_document(types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY, answer, ready=server.neighbours.first_read)
