"""`tiercel/graph`: the graph of a flow with the states of its tasks, for clients that draw it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lsprotocol import converters, types

from tiercel_schemas.source.spans import Span
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.names.calls import FlowId
from tiercel_server.features.graph import FlowPlace, Graph, flow_graph, plain_graph
from tiercel_server.features.graph.flow_graph import flow_name
from tiercel_server.lsp.convert import Positions
from tiercel_server.lsp.plain import plain
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer

GRAPH_REQUEST = "tiercel/graph"
_DEEPEST = 20
_MOST_EXPANDED = 500
_CONVERTER = converters.get_converter()


def register(server: TiercelServer) -> None:
    """Answer with `{uri, version, flowId, title, nodes, edges, states, run}`; None where there is no such flow."""

    @server.feature(GRAPH_REQUEST)
    async def graph(params: Any) -> dict[str, Any] | None:
        given = plain(params)
        given = given if isinstance(given, dict) else {}
        uri = given.get("uri")
        snapshot = server.document(uri) if isinstance(uri, str) else None
        flow = _chosen(server, snapshot, given) if snapshot is not None else None
        if snapshot is None or flow is None:
            return None
        return await server.in_worker(_answer, server, snapshot, flow, given)


def _chosen(server: TiercelServer, snapshot: DocumentSnapshot, given: Mapping[str, Any]) -> FlowAnalysis | None:
    """The flow that is named, else the one at a position, else the first."""
    if isinstance(name := given.get("flowId"), str):
        return next((flow for flow in snapshot.flows if flow_name(flow.outline)[1] == name), None)
    match given.get("position"):
        case {"line": int(line), "character": int(character)} if line >= 0 and character >= 0:
            offset = server.positions(snapshot).offset(types.Position(line, character))
            if (flow := snapshot.flow_at(offset)) is not None:
                return flow
    return next(iter(snapshot.flows), None)


def _answer(
    server: TiercelServer, snapshot: DocumentSnapshot, flow: FlowAnalysis, given: Mapping[str, Any]
) -> dict[str, Any]:
    index = server.neighbours.index_around(snapshot)

    def find(name: FlowId) -> FlowPlace | None:
        for found in index.declaring(name, snapshot.project):
            document = index.snapshot(found.document)
            for each in document.flows if document is not None else ():
                if flow_name(each.outline) == name:
                    return FlowPlace(found.document.name, each)
        return None

    depth = given.get("depth")
    expand = given.get("expand")
    drawn = flow_graph(
        FlowPlace(snapshot.name, flow),
        find,
        depth=max(0, min(depth, _DEEPEST)) if isinstance(depth, int) else 0,
        expand=[str(each) for each in expand[:_MOST_EXPANDED]] if isinstance(expand, list) else (),
    )
    positions = {name: Positions(text, server.position_encoding) for name, text in drawn.texts.items()}

    def range_of(document: str, span: Span) -> Any:
        return _CONVERTER.unstructure(positions[document].range(span))

    name = flow_name(flow.outline)
    states, run = _states(server, snapshot, name)
    return {
        "uri": snapshot.name,
        "version": snapshot.version,
        "flowId": name[1],
        **plain_graph(drawn, range_of),
        "states": _by_node(drawn, states),
        "run": run,
    }


def _states(
    server: TiercelServer, snapshot: DocumentSnapshot, name: FlowId
) -> tuple[dict[str, dict[str, Any]], dict[str, Any] | None]:
    """The states by task and the run: the one that was asked for here, else the last one in the history."""
    last = server.runs.last_runs(snapshot.name).get(name[1])
    if last is not None:
        ends = server.runs.task_ends(snapshot.name).get(name[1], {})
        found: dict[str, dict[str, Any]] = {}
        for task, state in server.runs.task_states(snapshot.name).get(name[1], {}).items():
            end = ends.get(task)
            more = {"seconds": round(end.seconds, 3), "runs": end.runs} if end is not None else {}
            found[task] = {"state": state, **more}
        return found, {"state": last.state or "RUNNING", "live": last.state is None}
    seen = server.around.of(snapshot).runs.get(name)
    if seen is None:
        return {}, None
    states = {task: {"state": state} for task, state in seen.states.items()}
    return states, {"state": seen.state, "live": False, "executionId": seen.execution_id, "started": seen.started}


def _by_node(graph: Graph, states: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The states of nodes: of tasks of the flow itself, not of those in subflows, which have runs of their own."""
    tasks = (node for node in graph.nodes if node.kind in {"task", "flowable", "subflow"} and not node.depth)
    return {node.id: states[node.name] for node in tasks if node.name in states}
