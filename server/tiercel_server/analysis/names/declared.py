"""What a flow declares, and where its own lists name it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from tiercel_schemas.source.locate import node_at
from tiercel_schemas.source.nodes import MappingNode, ScalarNode
from tiercel_schemas.source.spans import Span
from tiercel_server.analysis.mappings import find_value
from tiercel_server.analysis.names.context import OwnFlow
from tiercel_server.analysis.names.model import Name, NameKind, Occurrence
from tiercel_server.analysis.names.scalars import items_of, literal, literal_of
from tiercel_server.analysis.names.scalars import whole_scalar as scalar
from tiercel_server.analysis.names.structure import named_inputs
from tiercel_server.analysis.outline import FlowOutline
from tiercel_server.analysis.symbols import OutputSymbol, TaskSymbol, TriggerSymbol


def declarations(own: OwnFlow) -> Iterator[Occurrence]:
    """The flow's id and namespace, and the names of all that it declares."""
    outline, text = own.flow.outline, own.flow.source.text
    if (id_ := literal_of(own.flow.root, "id")) is not None:
        yield scalar(own.name("flow"), id_, "declaration", text)
    if (namespace := literal_of(own.flow.root, "namespace")) is not None:
        yield scalar(Name("namespace", namespace.value), namespace, "declaration", text)
    for kind, symbols in _LISTS.items():
        for symbol in symbols(outline):
            if (found := literal_of(symbol.node, "id")) is not None:
                yield scalar(own.name(kind, symbol.id), found, "declaration", text)
    for each in outline.inputs:
        found = literal_of(each.node, "id") or literal_of(each.node, "name")
        if found is not None and each.id:
            yield scalar(own.name("input", *each.steps), found, "declaration", text)
    for variable in outline.variables:
        yield _key(own.name("variable", *variable.steps), variable.key_span, own)
    for label in outline.labels:
        yield _key(own.name("label", label.key), label.key_span, own)


_LISTS: Mapping[NameKind, Callable[[FlowOutline], Sequence[TaskSymbol | TriggerSymbol | OutputSymbol]]] = {
    "task": lambda outline: outline.tasks,
    "trigger": lambda outline: outline.triggers,
    "output": lambda outline: outline.outputs,
}


def dependencies(own: OwnFlow) -> Iterator[Occurrence]:
    """`dependsOn` of a Dag's tasks and of inputs."""
    outline, text = own.flow.outline, own.flow.source.text
    for task in outline.tasks:
        wrapper = node_at(own.flow.root, task.path[:-1]) if task.path[-1:] == ("task",) else None
        for item in items_of(find_value(wrapper, "dependsOn")) if wrapper is not None else ():
            if (found := literal(item)) is not None:
                yield scalar(own.name("task", found.value), found, "reference", text)
    for each in outline.inputs:
        depends = find_value(each.node, "dependsOn")
        for item in items_of(find_value(depends, "inputs")) if isinstance(depends, MappingNode) else ():
            if isinstance(item, ScalarNode) and (found := literal(item)) is not None:
                yield from named_inputs(found, (), own, text)


def _key(name: Name, span: Span, own: OwnFlow) -> Occurrence:
    text = own.flow.source.text.text
    quoted = text[span.start : span.start + 1] in {"'", '"'} and span.end - span.start > 1
    inner = Span(span.start + 1, span.end - 1) if quoted else span
    return Occurrence(name, inner, "declaration", "scalar", span)
