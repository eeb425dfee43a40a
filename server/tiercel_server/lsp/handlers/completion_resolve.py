"""`completionItem/resolve`: the documentation of one item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_schemas.versions import DEFAULT_VERSION, KestraVersion
from tiercel_server.features.completion import documentation
from tiercel_server.lsp import convert

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Look the item's `data` up; an item that is not ours comes back as it is."""

    @server.feature(types.COMPLETION_ITEM_RESOLVE)
    async def completion_resolve(item: types.CompletionItem) -> types.CompletionItem:
        data = item.data if isinstance(item.data, dict) else {}
        about = data.get("about")
        if isinstance(about, list) and all(isinstance(part, str) for part in about):
            snapshot = server.document(str(data.get("uri", "")))
            version: KestraVersion = snapshot.kestra_version if snapshot is not None else DEFAULT_VERSION
            catalog = snapshot.catalog if snapshot is not None else None
            text = await server.in_worker(documentation, about, version, catalog)
            if text is not None:
                item.documentation = convert.markdown(text, supported=server.abilities.markdown_in_completion)
        return item
