"""The graph of one flow, read off its outline; half-typed text gives what can be told of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.text import SourceText
from tiercel_server.analysis.mappings import find_pair
from tiercel_server.analysis.names.calls import FlowId, target_of
from tiercel_server.analysis.outline import FlowOutline
from tiercel_server.analysis.symbols import TaskSymbol, TriggerSymbol
from tiercel_server.features.graph.details import task_detail, trigger_detail
from tiercel_server.features.graph.inner_edges import chain, inner_edges
from tiercel_server.features.graph.model import Edge, EdgeKind, FindFlow, FlowPlace, Graph, Node, NodeKind

MOST_NODES: Final = 5_000
"""From so many nodes on no subflow is shown inside its task any more."""
_SECTIONS: Final = ("tasks", "errors", "finally", "afterExecution", "listeners")
_SECTION_EDGES: Final[dict[str, tuple[EdgeKind, str]]] = {
    "errors": ("errors", "on failure"),
    "finally": ("finally", "finally"),
    "afterExecution": ("after", "after execution"),
    "listeners": ("after", "listeners"),
}


def nowhere(_flow: FlowId) -> FlowPlace | None:
    """Find no flow."""
    return None


def flow_graph(place: FlowPlace, find: FindFlow = nowhere, *, depth: int = 0, expand: Collection[str] = ()) -> Graph:
    """The graph of a flow.

    Subflows that `find` knows are shown inside their tasks down to `depth`, and those of the nodes that `expand` names
    besides; never a flow inside itself.
    """
    builder = _Builder(find, depth, frozenset(expand))
    builder.add_flow(place, "", None, ())
    return Graph(_title(place), tuple(builder.nodes), tuple(builder.edges), builder.texts)


def _title(place: FlowPlace) -> str:
    return ".".join(part for part in flow_name(place.flow.outline) if part)


def flow_name(outline: FlowOutline) -> FlowId:
    """Namespace and id of a flow, "" for what is not written yet."""
    return (
        outline.namespace.value if outline.namespace is not None else "",
        outline.id.value if outline.id is not None else "",
    )


class _Builder:
    def __init__(self, find: FindFlow, depth: int, expand: frozenset[str]) -> None:
        self._find = find
        self._depth = depth
        self._expand = expand
        self._taken: set[str] = set()
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []
        self.texts: dict[str, SourceText] = {}

    def add_flow(self, place: FlowPlace, prefix: str, cluster: str | None, around: tuple[FlowId, ...]) -> None:
        """Add all of a flow right into a node; ids begin with `prefix`."""
        _Part(self, place, prefix, (*around, flow_name(place.flow.outline))).add(cluster)

    def free_id(self, wanted: str) -> str:
        """An id that no node has yet."""
        found, number = wanted, 1
        while found in self._taken:
            number += 1
            found = f"{wanted}#{number}"
        self._taken.add(found)
        return found

    def found(self, flow: FlowId | None, around: tuple[FlowId, ...]) -> FlowPlace | None:
        """The flow that a task calls, where it can be shown inside that task."""
        if flow is None or flow in around or len(self.nodes) >= MOST_NODES:
            return None
        return self._find(flow)

    def is_expanded(self, node: str, depth: int) -> bool:
        """Whether the flow that a node calls is wanted inside it."""
        return depth <= self._depth or node in self._expand


class _Part:
    """One flow of the graph: the flow itself, or a subflow shown inside its task."""

    def __init__(self, builder: _Builder, place: FlowPlace, prefix: str, around: tuple[FlowId, ...]) -> None:
        self._builder = builder
        self._place = place
        self._prefix = prefix
        self._around = around
        self._outline = place.flow.outline
        self._namespace = flow_name(self._outline)[0]
        builder.texts[place.document] = place.flow.source.text

    def add(self, cluster: str | None) -> None:
        """Add the sections, each in a node of its own where there are several, and the triggers of the flow itself."""
        triggers = [self._trigger(each, cluster) for each in self._outline.triggers] if cluster is None else []
        tasks = self._outline.top_tasks
        sections = [name for name in _SECTIONS if any(task.section == name for task in tasks)]
        starts: list[str] = []
        added: dict[str, str] = {}
        for name in sections:
            held = [task for task in tasks if task.section == name]
            if sections == ["tasks"]:
                starts = self._tasks(held, cluster)[:1]
                continue
            added[name] = self._section(name, held, cluster)
        if "tasks" in added:
            starts = [added["tasks"]]
        self._section_edges(added)
        self._builder.edges += [Edge(trigger, start, "trigger") for trigger in triggers for start in starts]
        if cluster is not None:
            self._builder.edges += [Edge(cluster, start, "branch") for start in starts]

    def _section_edges(self, added: dict[str, str]) -> None:
        """What follows what: handlers of errors the tasks, `finally` both, what comes after the execution all."""
        edges = self._builder.edges
        before = added.get("tasks")
        for name, id_ in added.items():
            if name == "tasks":
                continue
            kind, label = _SECTION_EDGES[name]
            if before is not None:
                edges.append(Edge(before, id_, kind, label))
            if name == "finally":
                if "errors" in added:
                    edges.append(Edge(added["errors"], id_, kind))
                before = id_
            elif name != "errors" and "errors" in added and "finally" not in added:
                edges.append(Edge(added["errors"], id_, kind))

    def _section(self, name: str, held: Sequence[TaskSymbol], cluster: str | None) -> str:
        id_ = self._builder.free_id(f"{self._prefix}section:{name}")
        pair = find_pair(self._outline.root, name)
        key = pair.key.span if pair is not None else held[0].name_span
        whole = pair.span if pair is not None else held[0].span
        self._add(id_, "section", name, cluster, whole, key)
        self._tasks(held, id_)
        return id_

    def _trigger(self, trigger: TriggerSymbol, cluster: str | None) -> str:
        id_ = self._builder.free_id(f"{self._prefix}trigger:{trigger.id or trigger.path[-1]}")
        detail = trigger_detail(trigger, self._namespace)
        self._builder.nodes.append(
            Node(
                id_,
                "trigger",
                trigger.id,
                trigger.type,
                self._place.document,
                trigger.span,
                trigger.name_span,
                cluster,
                detail,
                trigger.disabled,
                depth=len(self._around) - 1,
            )
        )
        return id_

    def _tasks(self, tasks: Sequence[TaskSymbol], cluster: str | None) -> list[str]:
        """Add tasks that run one after the other; their ids."""
        ids = [self._task(task, cluster) for task in tasks]
        self._builder.edges += chain(ids)
        return ids

    def _task(self, task: TaskSymbol, cluster: str | None) -> str:
        builder = self._builder
        id_ = builder.free_id(self._prefix + (task.id or "task:" + ".".join(map(str, task.path))))
        called = target_of(task, self._namespace)
        target = builder.found(called, self._around)
        expanded = target is not None and builder.is_expanded(id_, len(self._around))
        kind: NodeKind = "flowable" if task.children else "subflow" if called is not None else "task"
        builder.nodes.append(
            Node(
                id_,
                kind,
                task.id,
                task.type,
                self._place.document,
                task.span,
                task.name_span,
                cluster,
                task_detail(task, called, self._namespace),
                task.disabled,
                called,
                expandable=target is not None,
                expanded=expanded,
                depth=len(self._around) - 1,
            )
        )
        held = [(self._task(child, id_), child) for child in task.children]
        builder.edges += inner_edges(id_, task.type, held)
        if target is not None and expanded:
            builder.add_flow(target, f"{id_}/", id_, self._around)
        return id_

    def _add(self, id_: str, kind: NodeKind, name: str, cluster: str | None, span: Span, name_span: Span) -> None:
        self._builder.nodes.append(
            Node(id_, kind, name, "", self._place.document, span, name_span, cluster, depth=len(self._around) - 1)
        )
