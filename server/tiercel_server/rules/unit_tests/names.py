"""Names in a suite that its flow does not have: tasks, inputs, triggers, files."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.source.locate import node_at
from tiercel_schemas.source.nodes import MappingNode, ScalarNode, walk
from tiercel_schemas.source.spans import Span
from tiercel_server.analysis.flow import FlowAnalysis
from tiercel_server.analysis.names.suites import suite_occurrences
from tiercel_server.rules.model import Rule, SuiteContext, replacement
from tiercel_server.rules.registry import checks_suite
from tiercel_server.rules.unit_tests.suite_examples import ASSERTS, suite_of

_FILE = re.compile(r"\bfiles\s*(?:\[\s*(?:'([^']*)'|\"([^\"]*)\")\s*\]|\.(\w+))")

UNKNOWN_TESTED_NAME = Rule(
    "unknown-name-in-unit-test",
    "unit-tests",
    "A suite names a task, an input or a trigger that its flow does not have.",
    "A fixture for a task that is not there replaces nothing, so the real task runs; an input that is not declared "
    "is ignored; an expression that names such a thing can't be evaluated, which puts the case in error.",
    suite_of("fixtures:", "  tasks:", "    - id: fetched", "      outputs: {code: 200}", *ASSERTS),
    suite_of("fixtures:", "  tasks:", "    - id: fetch", "      outputs: {code: 200}", *ASSERTS),
    severity=Severity.WARNING,
    at_run_time=True,
)
UNKNOWN_TEST_FILE = Rule(
    "unknown-unit-test-file",
    "unit-tests",
    "An expression of a unit test names a file that its fixtures do not give.",
    "`files` holds what stands below `fixtures.files` of the same case and nothing else, so that the expression "
    "can't be evaluated.",
    suite_of(
        "fixtures:",
        "  files: {answer.json: '{}'}",
        "  tasks:",
        "    - id: fetch",
        "      outputs: {code: 200, body: \"{{ files['answers.json'] }}\"}",
        *ASSERTS,
    ),
    suite_of(
        "fixtures:",
        "  files: {answer.json: '{}'}",
        "  tasks:",
        "    - id: fetch",
        "      outputs: {code: 200, body: \"{{ files['answer.json'] }}\"}",
        *ASSERTS,
    ),
    severity=Severity.WARNING,
    at_run_time=True,
)


@checks_suite(UNKNOWN_TESTED_NAME)
def check_names(context: SuiteContext) -> Iterator[Diagnostic]:
    """Tasks, inputs and triggers, where they are named and in expressions."""
    flow = context.tested
    if not isinstance(flow, FlowAnalysis):
        return
    outline = flow.outline
    known = {
        "task": {each.id for each in outline.tasks if each.id},
        "input": {each.id.split(".")[0] for each in outline.inputs if each.id},
        "trigger": {each.id for each in outline.triggers if each.id},
    }
    seen: set[Span] = set()
    for each in suite_occurrences(context.suite.root, context.suite.source, context.version):
        names, step = known.get(each.name.kind), each.name.steps[0] if each.name.steps else ""
        if names is None or not step or step.split(".")[0] in names or each.span in seen:
            continue
        seen.add(each.span)
        yield _unknown(UNKNOWN_TESTED_NAME, f"the flow has no {each.name.kind} `{step}`", step, names, each.span)


@checks_suite(UNKNOWN_TEST_FILE)
def check_files(context: SuiteContext) -> Iterator[Diagnostic]:
    """Files that expressions of a case name."""
    text = context.suite.source.text.text
    for _, case in context.suite.cases:
        given = node_at(case, ("fixtures", "files"))
        names = {pair.name for pair in given.pairs if pair.name} if isinstance(given, MappingNode) else set()
        for _, node in walk(case):
            if not isinstance(node, ScalarNode) or "{{" not in node.value:
                continue
            for match in _FILE.finditer(text, node.span.start, node.span.end):
                group = next(number for number in (1, 2, 3) if match[number] is not None)
                if match[group] not in names and not _is_member(text, match.start()):
                    span = Span(match.start(group), match.end(group))
                    message = f"the fixtures of the case have no file `{match[group]}`"
                    yield _unknown(UNKNOWN_TEST_FILE, message, match[group], names, span)


def _is_member(text: str, start: int) -> bool:
    """Whether what stands before makes it the member of something else."""
    return text[:start].rstrip().endswith((".", "'", '"'))


def _unknown(rule: Rule, message: str, name: str, known: Iterable[str], span: Span) -> Diagnostic:
    near = difflib.get_close_matches(name, list(known), 1)
    if not near:
        return rule.finding(message, span)
    data = replacement(span, near[0], f"Change to `{near[0]}`")
    return rule.finding(f"{message}; did you mean `{near[0]}`?", span, data=data)
