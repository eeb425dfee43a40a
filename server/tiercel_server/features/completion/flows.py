"""Names of other flows of the workspace where one is called, and the inputs that it takes."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.catalog import Catalog
from tiercel_schemas.source.locate import node_at
from tiercel_schemas.source.nodes import MappingNode, Node, Path
from tiercel_server.analysis.mappings import effective_pairs, find_text
from tiercel_server.analysis.workspace_flows import WorkspaceFlows
from tiercel_server.features.completion.items import CompletionItem, fits
from tiercel_server.features.cursor import Cursor
from tiercel_server.features.slots import slot_at


def offered_flows(
    cursor: Cursor, root: Node | None, catalog: Catalog, workspace: WorkspaceFlows
) -> Iterator[CompletionItem]:
    """Namespaces, ids and revisions of flows, for the value at the cursor."""
    if not cursor.path or cursor.role != "value":
        return
    name, owner = cursor.path[-1], cursor.path[:-1]
    if name == "namespace" and slot_at(root, cursor.path, catalog).prop is not None:
        for namespace in sorted({namespace for namespace, _ in workspace.flows}):
            if fits(cursor.prefix, namespace):
                yield CompletionItem(namespace, "reference", namespace, cursor.span, detail="namespace")
    elif name == "flowId" and _calls_a_flow(root, owner, catalog):
        wanted = find_text(node_at(root, owner), "namespace")
        # A namespace that is only half typed, or an expression, has no flows: then all are told.
        near = [each for each in workspace.flows if each[0] == wanted]
        for namespace, flow_id in sorted(near or workspace.flows):
            if fits(cursor.prefix, flow_id):
                yield CompletionItem(flow_id, "reference", flow_id, cursor.span, detail=f"flow of {namespace}")
    elif name == "revision" and _calls_a_flow(root, owner, catalog):
        call = node_at(root, owner)
        flow = workspace.get(find_text(call, "namespace") or "", find_text(call, "flowId") or "")
        if flow is not None and flow.revision and fits(cursor.prefix, flow.revision):
            detail = f"revision of {flow.id} in this workspace"
            yield CompletionItem(flow.revision, "value", flow.revision, cursor.span, detail=detail)


def offered_inputs(
    cursor: Cursor, root: Node | None, catalog: Catalog, workspace: WorkspaceFlows
) -> Iterator[CompletionItem]:
    """The inputs of the flow that is called, as keys of `inputs`; those it needs first."""
    if len(cursor.path) < 2 or cursor.path[-1] != "inputs" or not _calls_a_flow(root, cursor.path[:-1], catalog):
        return
    call = node_at(root, cursor.path[:-1])
    flow = workspace.get(find_text(call, "namespace") or "", find_text(call, "flowId") or "")
    given = node_at(root, cursor.path)
    pairs = effective_pairs(given) if isinstance(given, MappingNode) else ()
    present = {pair.name for pair in pairs if not pair.key.span.contains(cursor.offset)}
    for each in flow.inputs if flow is not None else ():
        if each.id not in present and fits(cursor.prefix, each.id):
            yield CompletionItem(
                label=each.id,
                kind="property",
                insert=each.id + ("" if cursor.before_colon else ": "),
                span=cursor.span,
                detail=f"{each.type} · required" if each.needed else each.type,
                rank=2 if each.needed else 5,
            )


def _calls_a_flow(root: Node | None, path: Path, catalog: Catalog) -> bool:
    """Whether the object at a path names a flow: it knows both `namespace` and `flowId`."""
    facts = slot_at(root, path, catalog).facts
    return facts is not None and facts.find("namespace") is not None and facts.find("flowId") is not None
