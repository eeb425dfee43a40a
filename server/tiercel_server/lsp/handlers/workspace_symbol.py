"""`workspace/symbol`: what the flows of the workspace declare, by a few letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.navigation import Location
from tiercel_server.features.workspace_symbols import FoundSymbol, workspace_symbols
from tiercel_server.lsp.locations import Places

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer

_KINDS = {
    "flow": types.SymbolKind.Module,
    "task": types.SymbolKind.Function,
    "input": types.SymbolKind.Field,
    "output": types.SymbolKind.Property,
    "trigger": types.SymbolKind.Event,
    "variable": types.SymbolKind.Variable,
    "label": types.SymbolKind.Key,
}


def register(server: TiercelServer) -> None:
    """Answer with the closest names first."""

    def answer(params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
        places = Places(server)
        found = workspace_symbols(params.query, server.neighbours.index())
        return [shown for each in found if (shown := _symbol(each, places)) is not None]

    @server.feature(types.WORKSPACE_SYMBOL)
    async def workspace_symbol(params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
        return await server.in_worker(answer, params)


def _symbol(found: FoundSymbol, places: Places) -> types.WorkspaceSymbol | None:
    location = places.location(Location(found.document, found.span))
    if location is None:
        return None
    return types.WorkspaceSymbol(
        location=location, name=found.text, kind=_KINDS[found.kind], container_name=found.container or None
    )
