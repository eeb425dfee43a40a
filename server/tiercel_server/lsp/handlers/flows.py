"""`tiercel/flows`: the flows of a document with the places of their tasks, for clients with panels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import converters

from tiercel_schemas.source.spans import Span
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.symbols import TaskSymbol
from tiercel_server.features.input_form import resume_form
from tiercel_server.lsp.convert import Positions
from tiercel_server.lsp.plain import plain

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer

FLOWS_REQUEST = "tiercel/flows"


def register(server: TiercelServer) -> None:
    """Answer with `{flows: […]}`, empty for a document that is none, and for one that is not open."""

    @server.feature(FLOWS_REQUEST)
    async def flows(params: Any) -> dict[str, Any]:
        given = plain(params)
        uri = given.get("uri") if isinstance(given, dict) else None
        snapshot = server.document(uri) if isinstance(uri, str) else None
        if snapshot is None:
            return {"flows": []}
        positions = server.positions(snapshot)
        return {
            "version": snapshot.version,
            "kestraVersion": snapshot.kestra_version.value,
            "flows": [_flow(flow, positions) for flow in snapshot.flows],
        }


def _flow(flow: FlowAnalysis, positions: Positions) -> dict[str, Any]:
    outline = flow.outline
    return {
        "id": outline.id.value if outline.id is not None else None,
        "namespace": outline.namespace.value if outline.namespace is not None else None,
        "range": _range(positions, outline.id.key_span if outline.id is not None else flow.document.span),
        "inputs": len(outline.inputs),
        "tasks": [_task(task, positions) for task in outline.tasks],
    }


def _task(task: TaskSymbol, positions: Positions) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": task.id,
        "type": task.type,
        "range": _range(positions, task.name_span),
        "parent": task.parent.id if task.parent is not None else None,
        "section": task.section,
    }
    if task.type.endswith(".Pause"):
        told["resume"] = resume_form(task)
    return told


def _range(positions: Positions, span: Span) -> Any:
    return _CONVERTER.unstructure(positions.range(span))


_CONVERTER = converters.get_converter()
