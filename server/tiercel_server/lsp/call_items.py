"""Flows as items of a call hierarchy, and found again from these."""

from __future__ import annotations

from collections.abc import Mapping

from lsprotocol import types

from tiercel_server.features.call_hierarchy import flow_named
from tiercel_server.lsp.locations import Places
from tiercel_server.workspace.index import FoundFlow, WorkspaceIndex


def call_item(flow: FoundFlow, places: Places) -> types.CallHierarchyItem | None:
    """A flow for the client; None where its file can't be read any more."""
    whole, name = places.range(flow.document, flow.entry.span), places.range(flow.document, flow.entry.id_span)
    if whole is None or name is None:
        return None
    namespace, flow_id = flow.entry.id
    return types.CallHierarchyItem(
        name=flow_id if not flow_id.startswith("#") else "flow",
        kind=types.SymbolKind.Module,
        uri=flow.document.name,
        range=whole,
        selection_range=name,
        detail=namespace or None,
        data={"namespace": namespace, "flow": flow_id},
    )


def flow_of(item: types.CallHierarchyItem, index: WorkspaceIndex) -> FoundFlow | None:
    """The flow that an item stands for; None where it is gone."""
    data = item.data if isinstance(item.data, Mapping) else {}
    flow_id = (str(data.get("namespace", item.detail or "")), str(data.get("flow", item.name)))
    return flow_named(flow_id, item.uri, index)
