"""Which tasks and triggers name other flows, and which flows those are."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.source.locate import node_at
from tiercel_schemas.source.nodes import MappingNode, Node, Path, walk
from tiercel_server.analysis.names.scalars import text_of
from tiercel_server.analysis.symbols import TaskSymbol, TriggerSymbol

FlowId = tuple[str, str]
"""Namespace and id of a flow."""

_CALLING = (".flow.Subflow", ".flow.ForEachItem", ".flow.Flow", ".flows.Subflow", ".tool.KestraFlow")
FLOW_TRIGGER = "io.kestra.plugin.core.trigger.Flow"


def namespaces_above(namespace: str) -> Iterator[str]:
    """The namespaces whose things one has too, the nearest first."""
    while "." in namespace:
        namespace = namespace.rpartition(".")[0]
        yield namespace


def calls_flows(type_name: str) -> bool:
    """Whether objects of a type start the flow that they name, with the inputs that they give."""
    return type_name.startswith("io.kestra.") and type_name.endswith(_CALLING)


def is_flow_trigger(type_name: str) -> bool:
    """Whether a trigger starts a flow at the end of others."""
    return type_name == FLOW_TRIGGER or (type_name.startswith("io.kestra.") and type_name.endswith(".trigger.Flow"))


def named_flow(node: MappingNode, namespace: str) -> FlowId | None:
    """The flow that a mapping names by `flowId`, in its own `namespace` where it says none."""
    flow_id = text_of(node, "flowId")
    if not flow_id:
        return None
    if node.get("namespace") is None:
        return namespace, flow_id
    written = text_of(node, "namespace")
    return (written, flow_id) if written else None


def target_of(task: TaskSymbol, namespace: str) -> FlowId | None:
    """The flow that a task calls; None where it calls none, or which one is told only when it runs."""
    return named_flow(task.node, namespace) if calls_flows(task.type) else None


def awaited_flows(trigger: TriggerSymbol, namespace: str, path: Path = ()) -> tuple[FlowId, ...]:
    """The flows whose end a Flow trigger waits for; of a place in one of its dependencies that one alone."""
    inner = path[len(trigger.path) :]
    if len(inner) > 2 and isinstance(inner[1], int):
        item = node_at(trigger.node, inner[:2])
        found = named_flow(item, namespace) if isinstance(item, MappingNode) else None
        if found is not None:
            return (found,)
    return tuple(dict.fromkeys(_named_below(trigger.node, namespace)))


def _named_below(node: Node, namespace: str) -> Iterator[FlowId]:
    for _, each in walk(node):
        if isinstance(each, MappingNode) and (found := named_flow(each, namespace)) is not None:
            yield found
