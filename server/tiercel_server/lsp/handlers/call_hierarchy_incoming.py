"""`callHierarchy/incomingCalls`: the flows that start one, by tasks and by triggers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.call_hierarchy import incoming_calls
from tiercel_server.lsp.call_items import call_item, flow_of
from tiercel_server.lsp.locations import Places

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with flows and the places in the one that starts the other."""

    def answer(params: types.CallHierarchyIncomingCallsParams) -> list[types.CallHierarchyIncomingCall]:
        index, places = server.neighbours.index(), Places(server)
        flow = flow_of(params.item, index)
        calls = []
        for call in incoming_calls(flow, index) if flow is not None else ():
            item = call_item(call.flow, places)
            ranges = [found for span in call.spans if (found := places.range(call.flow.document, span)) is not None]
            if item is not None:
                calls.append(types.CallHierarchyIncomingCall(item, ranges))
        return calls

    @server.feature(types.CALL_HIERARCHY_INCOMING_CALLS)
    async def incoming_calls_of(
        params: types.CallHierarchyIncomingCallsParams,
    ) -> list[types.CallHierarchyIncomingCall]:
        return await server.in_worker(answer, params)
