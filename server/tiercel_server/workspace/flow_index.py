"""What flows know of one another: read off the snapshots of a workspace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tiercel_server.analysis.flow import FlowAnalysis
from tiercel_server.analysis.mappings import find_items, find_scalar, find_text, find_value
from tiercel_server.analysis.workspace_flows import KnownFlow, KnownInput, WorkspaceFlows
from tiercel_server.workspace.snapshot import DocumentSnapshot

_SUBFLOWS = frozenset({"io.kestra.plugin.core.flow.Subflow", "io.kestra.core.tasks.flows.Subflow"})


def index_flows(snapshots: Iterable[DocumentSnapshot], *, complete: bool = False) -> WorkspaceFlows:
    """The flows of these documents by namespace and id."""
    known = (known_flow(flow) for snapshot in snapshots for flow in snapshot.flows)
    return WorkspaceFlows({(each.namespace, each.id): each for each in known if each is not None}, complete=complete)


def known_flow(flow: FlowAnalysis) -> KnownFlow | None:
    """What other flows may know of one; None while it has no id or namespace."""
    outline = flow.outline
    if outline.id is None or outline.namespace is None:
        return None
    inputs = tuple(
        KnownInput(
            each.id,
            each.type,
            needed=each.required and not each.has_default and find_value(each.node, "dependsOn") is None,
            description=find_text(each.node, "description") or find_text(each.node, "displayName") or "",
            default=find_text(each.node, "defaults") or "",
        )
        for each in outline.inputs
        if each.id and each.type != "FORM"
    )
    return KnownFlow(
        outline.namespace.value,
        outline.id.value,
        inputs,
        tuple(each.id for each in outline.outputs if each.id),
        frozenset(_calls(flow)),
        disabled=find_scalar(flow.root, "disabled") is True,
        listens=frozenset(listened_flows(flow)),
        output_types=tuple(each.type for each in outline.outputs if each.id),
        labels=tuple((each.key, each.value or "") for each in outline.labels),
        description=find_text(flow.root, "description") or "",
        revision=find_text(flow.root, "revision") or "",
    )


def listened_flows(flow: FlowAnalysis) -> Iterator[tuple[str, str]]:
    """The flows whose end starts this one, whatever they gave: by Flow triggers without a condition."""
    for trigger in flow.outline.triggers:
        if trigger.type != "io.kestra.plugin.core.trigger.Flow" or trigger.disabled or find_value(trigger.node, "when"):
            continue
        dependencies = find_items(trigger.node, "dependsOn")
        for each in dependencies if len(dependencies) == 1 else ():
            namespace, flow_id = find_text(each, "namespace"), find_text(each, "flowId")
            conditional = any(find_value(each, name) is not None for name in ("when", "labels", "states"))
            if namespace and flow_id and not conditional:
                yield namespace, flow_id


def _calls(flow: FlowAnalysis) -> Iterable[tuple[str, str]]:
    """The flows that are called whenever this one runs to its end: by tasks of its own list that are not disabled."""
    for task in flow.outline.top_tasks:
        if task.type in _SUBFLOWS and task.section == "tasks" and not task.disabled:
            namespace, flow_id = find_text(task.node, "namespace"), find_text(task.node, "flowId")
            conditional = find_value(task.node, "runIf") is not None
            if namespace and flow_id and "{{" not in namespace + flow_id and not conditional:
                yield namespace, flow_id
