"""A suite with its tree: what is wrong with it, and where each thing stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tiercel_schemas.model.unit_test import UnitTestSuite
from tiercel_schemas.model.unit_test_extras import NO_EXTRAS, Extras
from tiercel_schemas.model.unit_test_reading import SuiteError, keys_at, read_suite
from tiercel_schemas.source.locate import node_at, pair_at, span_of
from tiercel_schemas.source.nodes import MappingNode, Node, Path, ScalarNode, SequenceNode, follow
from tiercel_schemas.source.parser import SourceDocument, SourceFile
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.values import TooManyValuesError, plain_value
from tiercel_server.analysis.names.suites import is_suite
from tiercel_server.analysis.unit_tests.comments import ExtrasComment, extras_comments


@dataclass(frozen=True, slots=True)
class SuiteProblem:
    """Something that keeps a suite from being used, and its place in the text."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class SuiteDocument:
    """A suite of a text. `suite` is None where it can't be read; `problems` say why.

    `extras` are Tiercel's additions, by the number of the case, -1 for those of the whole suite.
    """

    source: SourceFile
    document: SourceDocument
    root: MappingNode
    suite: UnitTestSuite | None
    problems: tuple[SuiteProblem, ...]
    comments: Mapping[int, ExtrasComment] = field(default_factory=dict)

    def extras_of(self, number: int) -> Extras:
        """What Tiercel's comments give to a case: its own above those of the suite."""
        return self._extras(number).above(self._extras(-1))

    def _extras(self, number: int) -> Extras:
        comment = self.comments.get(number)
        return comment.extras if comment is not None else NO_EXTRAS

    @property
    def cases(self) -> tuple[tuple[int, MappingNode], ...]:
        """The nodes of the cases, with their numbers."""
        return tuple(_cases(self.root))

    def case_span(self, number: int) -> Span:
        """The whole of a case."""
        node = node_at(self.root, ("testCases", number))
        return node.span if node is not None else self.root.span

    def id_span(self, number: int) -> Span:
        """Where to point for a case: its id."""
        return self.value_span(("testCases", number, "id"))

    def value_span(self, path: Path) -> Span:
        """Where the value at a path stands, else its key, else what is nearest above it."""
        pair = pair_at(self.root, path)
        if pair is not None and isinstance(follow(pair.value), ScalarNode) and pair.value is not None:
            return pair.value.span
        return span_of(self.root, path) or self.root.span

    def place(self, number: int, place: Path) -> Span:
        """Where a result of a case belongs: the assertion's operator, the fixture, the snapshot; else the case's id."""
        if place[:1] == ("snapshots",):
            for each in (self.comments.get(number), self.comments.get(-1)):
                found = each.span_of(("snapshots", *place[1:])) if each is not None else None
                if found is not None:
                    return found
        path: Path = ("testCases", number, *place)
        while len(path) > 2:
            if pair_at(self.root, path) is not None or node_at(self.root, path) is not None:
                return self.value_span(path)
            path = path[:-1]
        return self.id_span(number)

    def text_of(self, case: MappingNode, name: str) -> str:
        """A scalar of a case as text, "" where there is none."""
        node = follow(case.get(name))
        return node.value if isinstance(node, ScalarNode) else ""


def suites_in(source: SourceFile) -> tuple[SuiteDocument, ...]:
    """The suites of a text, each with what is wrong with it."""
    found = []
    for document in source.documents:
        root = follow(document.root)
        if isinstance(root, MappingNode) and is_suite(root):
            found.append(_suite_document(source, document, root))
    return tuple(found)


def _suite_document(source: SourceFile, document: SourceDocument, root: MappingNode) -> SuiteDocument:
    problems: list[SuiteProblem] = []
    suite = None
    try:
        suite = read_suite(plain_value(root))
    except SuiteError as error:
        problems += (SuiteProblem(_place_of(root, each.path), each.message) for each in error.problems)
    except TooManyValuesError as error:
        problems.append(SuiteProblem(root.span, str(error)))
    starts = [node.span.start for _, node in _cases(root)]
    comments: dict[int, ExtrasComment] = {}
    for comment in extras_comments(source, document):
        number = sum(start <= comment.span.start for start in starts) - 1
        problems += (SuiteProblem(span, message) for span, message in comment.problems)
        if number in comments:
            problems.append(SuiteProblem(comment.span, "there is a `# tiercel:` comment here already"))
        comments.setdefault(number, comment)
    problems.sort(key=lambda each: each.span)
    return SuiteDocument(source, document, root, suite, tuple(problems), comments)


def _place_of(root: Node, path: Path) -> Span:
    pair = pair_at(root, path)
    # A value that is wrong is shown; for a key that is none, and for what is too long to show, the key.
    if pair is not None and isinstance(pair.value, ScalarNode) and pair.value.value and path[-1] in keys_at(path[:-1]):
        return pair.value.span
    return span_of(root, path) or root.span


def _cases(root: MappingNode) -> Iterator[tuple[int, MappingNode]]:
    items = follow(root.get("testCases"))
    if isinstance(items, SequenceNode):
        for number, item in enumerate(items.items):
            node = follow(item)
            if isinstance(node, MappingNode):
                yield number, node
