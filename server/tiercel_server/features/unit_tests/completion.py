"""What may be written in a suite of unit tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tiercel_schemas.model.unit_test import END_STATES, TEST_TYPE
from tiercel_schemas.model.unit_test_reading import keys_at
from tiercel_schemas.source.locate import node_at
from tiercel_schemas.source.nodes import MappingNode, ScalarNode, follow
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.unit_tests import SuiteDocument
from tiercel_server.features.completion.expressions import offered_in_expression
from tiercel_server.features.completion.items import CompletionItem, CompletionList, fits
from tiercel_server.features.completion.names import offered_names, offered_states
from tiercel_server.features.cursor import Cursor, locate
from tiercel_server.features.surroundings import NOTHING_AROUND, Surroundings
from tiercel_server.features.unit_tests.words import word_for
from tiercel_server.workspace import DocumentSnapshot

_MAPS = frozenset({"fixtures", "inputs", "files", "trigger", "variables", "outputs"})
_LISTS = frozenset({"testCases", "tasks", "assertions"})
_FLAGS = frozenset({"disabled", "isNull", "isNotNull"})
_REQUIRED = frozenset({"id", "namespace", "flowId", "testCases", "type", "assertions", "value"})


def complete_suite(
    snapshot: DocumentSnapshot,
    suite: SuiteDocument,
    tested: FlowAnalysis | None,
    offset: int,
    around: Surroundings = NOTHING_AROUND,
) -> CompletionList:
    """The keys, values and names that fit an offset of a suite; `tested` is its flow, where it is known."""
    cursor = locate(snapshot.source, offset)
    if cursor.role == "comment":
        return CompletionList()
    if cursor.template is not None:
        version = snapshot.kestra_version
        return _sorted(offered_in_expression(cursor, cursor.template, tested, version, around))
    if cursor.role == "content":
        return CompletionList()
    items = _keys(cursor, suite, tested) if cursor.role == "key" else _values(cursor, suite, tested, around)
    return _sorted(items)


def _sorted(items: Iterable[CompletionItem]) -> CompletionList:
    return CompletionList(tuple(sorted(items, key=lambda item: (item.rank, item.order, item.label.lower()))))


def _keys(cursor: Cursor, suite: SuiteDocument, tested: FlowAnalysis | None) -> Iterator[CompletionItem]:
    container = node_at(suite.root, cursor.path)
    pairs = container.pairs if isinstance(container, MappingNode) else []
    present = {pair.name for pair in pairs if not pair.key.span.contains(cursor.offset)}
    for order, name in enumerate(keys_at(cursor.path)):
        if name not in present and fits(cursor.prefix, name):
            yield _key(cursor, name, order)
    for order, (name, detail) in enumerate(_names_below(cursor, suite, tested)):
        if name not in present and fits(cursor.prefix, name):
            insert = name if cursor.before_colon else f"{name}: "
            yield CompletionItem(name, "reference", insert, cursor.span, detail=detail, rank=3, order=order)


def _key(cursor: Cursor, name: str, order: int) -> CompletionItem:
    below = "\n" + " " * (cursor.column + 2)
    insert, plain, snippet = f"{name}: ", f"{name}: ", False
    if cursor.before_colon:
        insert = plain = name
    elif name in _LISTS and not cursor.in_brackets:
        insert, plain, snippet = f"{name}:{below}- $0", f"{name}:", True
    elif name in _MAPS and not cursor.in_brackets:
        insert, plain, snippet = f"{name}:{below}$0", f"{name}:", True
    elif name == "type" and cursor.path[:1] == ("testCases",) and len(cursor.path) == 2:
        insert = plain = f"{name}: {TEST_TYPE}"
    note = word_for((*cursor.path, name))
    return CompletionItem(
        name, "property", insert, cursor.span, note=note, snippet=snippet, plain=plain,
        rank=2 if name in _REQUIRED else 5, order=order,
    )  # fmt: skip


def _names_below(cursor: Cursor, suite: SuiteDocument, tested: FlowAnalysis | None) -> Iterator[tuple[str, str]]:
    """Names of the flow that are keys here: inputs, and the outputs of the task that a fixture replaces."""
    steps = tuple(step for step in cursor.path if isinstance(step, str))
    if tested is None:
        return
    if steps == ("testCases", "fixtures", "inputs"):
        yield from ((each.id, each.type) for each in tested.outline.inputs if each.id)
    elif steps == ("testCases", "fixtures", "tasks", "outputs"):
        fixture = node_at(suite.root, cursor.path[:-1])
        name = follow(fixture.get("id")) if isinstance(fixture, MappingNode) else None
        task = next(
            (each for each in tested.outline.tasks if isinstance(name, ScalarNode) and each.id == name.value), None
        )
        plugin = tested.catalog.plugin(task.type) if task is not None and task.type else None
        if plugin is not None:
            yield from ((output, "output") for output in plugin.outputs)


def _values(
    cursor: Cursor, suite: SuiteDocument, tested: FlowAnalysis | None, around: Surroundings
) -> Iterator[CompletionItem]:
    steps = tuple(step for step in cursor.path if isinstance(step, str))
    outline = tested.outline if tested is not None else None
    match steps:
        case ("namespace",):
            names = sorted({namespace for namespace, _ in around.flows.flows})
            yield from offered_names(names, cursor.prefix, cursor.span, "namespace")
        case ("flowId",):
            own = suite.text_of(suite.root, "namespace")
            names = sorted(flow_id for namespace, flow_id in around.flows.flows if not own or namespace == own)
            yield from offered_names(names, cursor.prefix, cursor.span, "flow")
        case ("testCases", "type"):
            yield from offered_names([TEST_TYPE], cursor.prefix, cursor.span, "type of every case")
        case ("testCases", "expectedState"):
            yield from offered_states(cursor.prefix, cursor.span)
        case ("testCases", "fixtures", "tasks", "state"):
            yield from offered_names(sorted(END_STATES), cursor.prefix, cursor.span, "state")
        case ("testCases", "fixtures", "tasks", "id") | ("testCases", "assertions", "taskId") if outline is not None:
            tasks = {each.id: each.type for each in outline.tasks if each.id}
            for item in offered_names(tasks, cursor.prefix, cursor.span, ""):
                yield CompletionItem(
                    item.label, item.kind, item.insert, item.span, detail=tasks[item.label],
                    rank=item.rank, order=item.order,
                )  # fmt: skip
        case ("testCases", "fixtures", "trigger", "id") if outline is not None:
            names = [each.id for each in outline.triggers if each.id]
            yield from offered_names(names, cursor.prefix, cursor.span, "trigger")
        case ("testCases", "fixtures", "trigger", "type") if outline is not None:
            names = sorted({each.type for each in outline.triggers if each.type})
            yield from offered_names(names, cursor.prefix, cursor.span, "trigger")
        case (*_, last) if last in _FLAGS:
            yield from offered_names(["true", "false"], cursor.prefix, cursor.span, "")
