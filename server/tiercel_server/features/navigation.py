"""From a name to where it is declared, and from a declaration to all that names it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tiercel_schemas.source.locate import node_at
from tiercel_schemas.source.nodes import Node, Path, ScalarNode
from tiercel_schemas.source.spans import Span
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.mappings import find_items, find_value
from tiercel_server.analysis.references import Reference
from tiercel_server.workspace import DocumentSnapshot

_TargetKind = Literal["task", "input", "variable"]


@dataclass(frozen=True, slots=True)
class _Target:
    kind: _TargetKind
    name: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class _Mention:
    target: _Target
    span: Span


def definition(snapshot: DocumentSnapshot, offset: int) -> Span | None:
    """Where the thing under the cursor is declared; None where it is none of the flow's."""
    target = _target_at(snapshot, offset)
    return target.span if target is not None else None


def references(snapshot: DocumentSnapshot, offset: int, *, declaration: bool) -> tuple[Span, ...]:
    """All places that name the thing under the cursor, with its declaration when asked for."""
    flow = snapshot.flow_at(offset)
    target = _target_at(snapshot, offset)
    if flow is None or target is None:
        return ()
    spans = {mention.span for mention in _mentions(flow) if mention.target == target}
    return tuple(sorted(spans | ({target.span} if declaration else set())))


def _target_at(snapshot: DocumentSnapshot, offset: int) -> _Target | None:
    flow = snapshot.flow_at(offset)
    if flow is None:
        return None
    candidates = [target for target in _declared(flow) if target.span.contains(offset)]
    candidates += [mention.target for mention in _mentions(flow) if mention.span.contains(offset)]
    return candidates[0] if candidates else None


def _declared(flow: FlowAnalysis) -> Iterator[_Target]:
    for task in flow.outline.tasks:
        if task.id and task.id_span is not None:
            yield _Target("task", (task.id,), task.id_span)
    for each in flow.outline.inputs:
        if each.id and each.id_span is not None:
            yield _Target("input", (each.id,), each.id_span)
    for variable in flow.outline.variables:
        yield _Target("variable", variable.steps, variable.key_span)


def _mentions(flow: FlowAnalysis) -> Iterator[_Mention]:
    targets = {(target.kind, target.name): target for target in reversed(list(_declared(flow)))}
    for reference in flow.references:
        yield from _named_by(reference, targets)
    for task in flow.outline.tasks:
        wrapper = _wrapper(flow, task.path)
        for item in find_items(wrapper, "dependsOn") if wrapper is not None else []:
            yield from _literal(item, "task", targets)
    for each in flow.outline.inputs:
        for item in find_items(find_value(each.node, "dependsOn"), "inputs"):
            yield from _literal(item, "input", targets)


def _named_by(reference: Reference, targets: dict[tuple[_TargetKind, tuple[str, ...]], _Target]) -> Iterator[_Mention]:
    names = tuple(str(name) for name in reference.names)
    if reference.root in {"outputs", "tasks"} and names:
        target = targets.get(("task", names[:1]))
        if target is not None:
            yield _Mention(target, reference.step_span(0))
    elif reference.root in {"inputs", "vars"}:
        kind: _TargetKind = "input" if reference.root == "inputs" else "variable"
        for length in range(len(names), 0, -1):
            key = (".".join(names[:length]),) if kind == "input" else names[:length]
            target = targets.get((kind, key))
            if target is not None:
                yield _Mention(target, reference.step_span(length - 1))
                if kind == "input":
                    return


def _literal(
    item: object, kind: _TargetKind, targets: dict[tuple[_TargetKind, tuple[str, ...]], _Target]
) -> Iterator[_Mention]:
    if isinstance(item, ScalarNode):
        target = targets.get((kind, (item.value,)))
        if target is not None:
            yield _Mention(target, item.span)


def _wrapper(flow: FlowAnalysis, path: Path) -> Node | None:
    """The item of a Dag that wraps a task."""
    return node_at(flow.root, path[:-1]) if path and path[-1] == "task" else None
