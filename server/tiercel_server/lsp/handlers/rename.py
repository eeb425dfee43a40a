"""`textDocument/rename`: another name for a thing, everywhere in the workspace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.rename import RenameError, prepare_rename, rename
from tiercel_server.lsp.locations import Places, text_of
from tiercel_server.lsp.refusals import refused
from tiercel_server.workspace import DocumentSnapshot
from tiercel_server.workspace.index import Document, DocumentEntry, WorkspaceIndex
from tiercel_server.workspace.session import TextEdit

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer

_TRIES = 3


def register(server: TiercelServer) -> None:
    """Answer with the edits of all documents; files that changed behind the index are read again first."""

    def answer(snapshot: DocumentSnapshot, params: types.RenameParams) -> types.WorkspaceEdit:
        offset, neighbours = server.positions(snapshot).offset(params.position), server.neighbours
        try:
            index = _verified_index(server, snapshot, offset)
            complete = not neighbours.is_reading
            edits = rename(snapshot, offset, params.new_name, index, text_of=text_of, complete=complete)
        except RenameError as error:
            raise refused(str(error)) from None
        return workspace_edit(server, edits)

    options = types.RenameOptions(prepare_provider=True)
    server.on_document(types.TEXT_DOCUMENT_RENAME, answer, options, ready=server.neighbours.first_read)


def _verified_index(server: TiercelServer, snapshot: DocumentSnapshot, offset: int) -> WorkspaceIndex:
    """The workspace, the files that a rename concerns as they are on disk now."""
    for _ in range(_TRIES):
        index = server.neighbours.index_around(snapshot)
        found = prepare_rename(snapshot, offset, index)
        if found is None:
            break
        places = (*index.places(found.name, snapshot), *index.declarations(found.name, snapshot))
        files = {place.document.key: place.document for place in places if isinstance(place.document, DocumentEntry)}
        if server.neighbours.verified(list(files.values())):
            break
    return index


def workspace_edit(server: TiercelServer, edits: Mapping[Document, tuple[TextEdit, ...]]) -> types.WorkspaceEdit:
    """Edits for the client, with the versions of open documents where it knows these."""
    places = Places(server)
    converted: dict[str, list[types.TextEdit]] = {}
    versions: dict[str, int | None] = {}
    for document, changes in edits.items():
        positions = places.positions(document)
        if positions is not None:
            converted[document.name] = [types.TextEdit(positions.range(each.span), each.text) for each in changes]
            is_open = isinstance(document, DocumentSnapshot) and server.document(document.name) is not None
            versions[document.name] = document.version if isinstance(document, DocumentSnapshot) and is_open else None
    if not server.abilities.document_changes:
        return types.WorkspaceEdit(changes=converted)
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(uri, versions[uri]), list(changes))
            for uri, changes in converted.items()
        ]
    )
