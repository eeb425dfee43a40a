"""`callHierarchy/outgoingCalls`: the flows that one starts, by tasks and by triggers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.call_hierarchy import outgoing_calls
from tiercel_server.lsp.call_items import call_item, flow_of
from tiercel_server.lsp.locations import Places

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with flows and the places in the one that starts the other."""

    def answer(params: types.CallHierarchyOutgoingCallsParams) -> list[types.CallHierarchyOutgoingCall]:
        index, places = server.neighbours.index(), Places(server)
        flow = flow_of(params.item, index)
        if flow is None:
            return []
        calls = []
        for call in outgoing_calls(flow, index):
            item = call_item(call.flow, places)
            ranges = [found for span in call.spans if (found := places.range(flow.document, span)) is not None]
            if item is not None:
                calls.append(types.CallHierarchyOutgoingCall(item, ranges))
        return calls

    @server.feature(types.CALL_HIERARCHY_OUTGOING_CALLS)
    async def outgoing_calls_of(
        params: types.CallHierarchyOutgoingCallsParams,
    ) -> list[types.CallHierarchyOutgoingCall]:
        return await server.in_worker(answer, params)
