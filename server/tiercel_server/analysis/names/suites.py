"""The names of a unit test suite: those of the flow that it tests."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.source.nodes import MappingNode, Node, ScalarNode, follow, walk
from tiercel_schemas.source.parser import SourceFile
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.mappings import find_value
from tiercel_server.analysis.names.calls import named_flow
from tiercel_server.analysis.names.context import ForeignFlow
from tiercel_server.analysis.names.expressions import named_in
from tiercel_server.analysis.names.flows import in_order
from tiercel_server.analysis.names.model import Name, Occurrence
from tiercel_server.analysis.names.scalars import items_of, literal_of
from tiercel_server.analysis.names.scalars import whole_scalar as scalar
from tiercel_server.analysis.names.structure import given_inputs
from tiercel_server.analysis.references import read_facts
from tiercel_server.analysis.templates import TemplateSite, holds_template
from tiercel_server.analysis.typed_values import TypedValue


def is_suite(root: Node | None) -> bool:
    """Whether a document is a suite of unit tests of a flow."""
    root = follow(root)
    return isinstance(root, MappingNode) and {"testCases", "flowId"} <= {pair.name for pair in root.pairs}


def suite_occurrences(root: Node | None, source: SourceFile, version: KestraVersion) -> tuple[Occurrence, ...]:
    """Every name in a suite, in the order of the text."""
    root = follow(root)
    if not isinstance(root, MappingNode):
        return ()
    return in_order(_suite(root, source, version))


def _suite(root: MappingNode, source: SourceFile, version: KestraVersion) -> Iterator[Occurrence]:
    text, namespace = source.text, literal_of(root, "namespace")
    if namespace is not None:
        yield scalar(Name("namespace", namespace.value), namespace, "reference", text)
    target, flow_id = named_flow(root, ""), literal_of(root, "flowId")
    if target is None or flow_id is None:
        return
    tested = ForeignFlow(target)
    yield scalar(tested.name("flow"), flow_id, "reference", text)
    for case in items_of(find_value(root, "testCases")):
        fixtures = find_value(case, "fixtures")
        yield from given_inputs(find_value(fixtures, "inputs"), tested, text)
        for task in items_of(find_value(fixtures, "tasks")):
            if (found := literal_of(task, "id")) is not None:
                yield scalar(tested.name("task", found.value), found, "reference", text)
        if (found := literal_of(find_value(fixtures, "trigger"), "id")) is not None:
            yield scalar(tested.name("trigger", found.value), found, "reference", text)
        for assertion in items_of(find_value(case, "assertions")):
            if (found := literal_of(assertion, "taskId")) is not None:
                yield scalar(tested.name("task", found.value), found, "reference", text)
    yield from _expressions(root, source, version, tested)


def _expressions(
    root: MappingNode, source: SourceFile, version: KestraVersion, tested: ForeignFlow
) -> Iterator[Occurrence]:
    for path, node in walk(root):
        if isinstance(node, ScalarNode) and holds_template(node.value):
            value = TypedValue(path, node, None, None, "rendered", "", str(path[-1]) if path else "")
            for reference in read_facts(TemplateSite(value, source.text, version)).references:
                yield from named_in(reference, tested)
