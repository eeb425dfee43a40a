"""`textDocument/definition`: where what is named is declared, in this document or another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.document_links import NamespaceFile, document_links
from tiercel_server.features.navigation import definition
from tiercel_server.lsp.locations import Places, one_or_several
from tiercel_server.lsp.namespace_files import find_namespace_file
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def _files(server: TiercelServer, snapshot: DocumentSnapshot, offset: int) -> list[types.Location]:
    """The file of a namespace that is named at an offset."""
    workspace, start = server.around.workspace_of(snapshot), types.Position(0, 0)
    paths = (
        find_namespace_file(link.target.namespace, link.target.path, snapshot.settings.path, workspace)
        for link in document_links(snapshot)
        if isinstance(link.target, NamespaceFile) and link.span.contains(offset)
    )
    return [types.Location(path.as_uri(), types.Range(start, start)) for path in paths if path is not None]


def register(server: TiercelServer) -> None:
    """Answer with the places of the declarations."""

    def answer(
        snapshot: DocumentSnapshot, params: types.DefinitionParams
    ) -> types.Location | list[types.Location] | None:
        offset = server.positions(snapshot).offset(params.position)
        found = definition(snapshot, offset, server.neighbours.index_around(snapshot))
        places = Places(server).locations(found) if found else _files(server, snapshot, offset)
        return one_or_several(places)

    server.on_document(types.TEXT_DOCUMENT_DEFINITION, answer, ready=server.neighbours.first_read)
