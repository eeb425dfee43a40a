"""Lenses above a suite and each of its cases: run, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tiercel_server.features.code_lens import CodeLens, duration_text
from tiercel_server.features.unit_tests.results import LastTest
from tiercel_server.workspace import DocumentSnapshot

RUN_TESTS_COMMAND = "tiercel.runTests"
_MARKS = {"SUCCESS": "✓", "SKIPPED": "-", "ERROR": "!"}
_WORDS = {"SUCCESS": "passed", "FAILED": "failed", "ERROR": "in error", "SKIPPED": "skipped"}


def suite_lenses(snapshot: DocumentSnapshot, last: Mapping[str, LastTest]) -> Iterator[CodeLens]:
    """The lenses of a document's suites; `last` are the last results by the ids of the cases."""
    for suite in snapshot.suites:
        namespace, suite_id = suite.text_of(suite.root, "namespace"), suite.text_of(suite.root, "id")
        if not suite_id:
            continue
        name = f"{namespace}.{suite_id}" if namespace else suite_id
        pair = suite.root.pair("id")
        if pair is not None:
            yield CodeLens(pair.key.span, "▶ Run all tests", RUN_TESTS_COMMAND, (snapshot.name, f"{name}/*"))
        for number, node in suite.cases:
            case_id = suite.text_of(node, "id")
            if not case_id:
                continue
            identity, span = f"{name}/{case_id}", suite.id_span(number)
            yield CodeLens(span, "▶ Run test", RUN_TESTS_COMMAND, (snapshot.name, identity))
            result = last.get(identity)
            if result is not None:
                yield CodeLens(span, _title(result), RUN_TESTS_COMMAND, (snapshot.name, identity))


def _title(result: LastTest) -> str:
    if result.state is None:
        return "… running"
    word = _WORDS.get(result.state, result.state)
    return f"{_MARKS.get(result.state, '✗')} {word} in {duration_text(result.seconds)}"
