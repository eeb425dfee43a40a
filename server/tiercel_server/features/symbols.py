"""The outline of a document: flows, and in them inputs, variables, tasks, triggers and outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tiercel_schemas.source.spans import Span
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.symbols import TaskSymbol
from tiercel_server.workspace import DocumentSnapshot

SymbolKind = Literal["flow", "input", "variable", "task", "flowable", "trigger", "output"]


@dataclass(frozen=True, slots=True)
class DocumentSymbol:
    """A thing with a name: `span` is the whole of it, `name_span` lies within and is where to go."""

    name: str
    detail: str
    kind: SymbolKind
    span: Span
    name_span: Span
    children: tuple[DocumentSymbol, ...] = ()


def document_symbols(snapshot: DocumentSnapshot) -> tuple[DocumentSymbol, ...]:
    """The flows of a document with what they hold, in the order of the text."""
    return tuple(_flow(flow) for flow in snapshot.flows)


def _flow(flow: FlowAnalysis) -> DocumentSymbol:
    outline = flow.outline
    children = [
        *(_symbol(each.id, each.type, "input", each.span, each.name_span) for each in outline.inputs),
        *(
            _symbol(each.steps[0], "", "variable", each.span, each.key_span)
            for each in outline.variables
            if len(each.steps) == 1
        ),
        *(_task(each) for each in outline.top_tasks),
        *(_symbol(each.id, _simple(each.type), "trigger", each.span, each.name_span) for each in outline.triggers),
        *(_symbol(each.id, each.type, "output", each.span, each.name_span) for each in outline.outputs),
    ]
    children.sort(key=lambda child: child.span)
    name = outline.id.value if outline.id is not None else ""
    namespace = outline.namespace.value if outline.namespace is not None else ""
    name_span = outline.id.span if outline.id is not None else flow.root.span
    return _symbol(name or "flow", namespace, "flow", flow.root.span, name_span, tuple(children))


def _task(task: TaskSymbol) -> DocumentSymbol:
    children = tuple(_task(child) for child in task.children)
    kind: SymbolKind = "flowable" if children else "task"
    return _symbol(task.id, _simple(task.type), kind, task.span, task.name_span, children)


def _symbol(
    name: str, detail: str, kind: SymbolKind, span: Span, name_span: Span, children: tuple[DocumentSymbol, ...] = ()
) -> DocumentSymbol:
    # What is merged in from elsewhere has its name outside: editors want it inside.
    inside = span.start <= name_span.start and name_span.end <= span.end
    where = name_span if inside else Span(span.start, span.start)
    return DocumentSymbol(name or detail or kind, detail, kind, span, where, children)


def _simple(type_name: str) -> str:
    return type_name.rpartition(".")[2]
