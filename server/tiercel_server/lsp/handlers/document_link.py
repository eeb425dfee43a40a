"""`textDocument/documentLink`: to the flows that are called, files of the namespace, pages of plugins."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.document_links import DocumentLink, NamespaceFile, document_links
from tiercel_server.features.navigation import Location
from tiercel_server.lsp.locations import Places
from tiercel_server.lsp.namespace_files import find_namespace_file
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with the links that lead somewhere."""

    def answer(snapshot: DocumentSnapshot, params: types.DocumentLinkParams) -> list[types.DocumentLink]:
        del params
        positions, places = server.positions(snapshot), Places(server)
        workspace = server.around.workspace_of(snapshot)
        links = []
        for link in document_links(snapshot, server.neighbours.index_around(snapshot)):
            target = _address(link, snapshot, workspace, places)
            if target is not None:
                links.append(types.DocumentLink(positions.range(link.span), target, link.hint))
        return links

    server.on_document(types.TEXT_DOCUMENT_DOCUMENT_LINK, answer)


def _address(link: DocumentLink, snapshot: DocumentSnapshot, workspace: Path | None, places: Places) -> str | None:
    if isinstance(link.target, Location):
        location = places.location(link.target)
        return f"{location.uri}#L{location.range.start.line + 1}" if location is not None else None
    if isinstance(link.target, NamespaceFile):
        found = find_namespace_file(link.target.namespace, link.target.path, snapshot.settings.path, workspace)
        return found.as_uri() if found is not None else None
    return link.target
