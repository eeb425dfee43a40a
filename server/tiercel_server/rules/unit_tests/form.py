"""Suites that Kestra would not take: wrong keys, operators and values, and flows that do not exist."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic
from tiercel_server.rules.model import Rule, SuiteContext
from tiercel_server.rules.registry import checks_suite
from tiercel_server.rules.unit_tests.suite_examples import ASSERTS, suite_of

INVALID_UNIT_TEST = Rule(
    "invalid-unit-test",
    "unit-tests",
    "A suite of unit tests is not written as Kestra reads it.",
    "Kestra is strict about suites: a key that it doesn't know, an operator that there is not, or a case without "
    "`type` makes it refuse the whole suite.",
    suite_of("assertions:", '  - value: "{{ outputs.fetch.code }}"', "    equalsTo: 200"),
    suite_of(*ASSERTS),
)
UNTESTED_FLOW = Rule(
    "unknown-tested-flow",
    "unit-tests",
    "A suite tests a flow that the workspace does not have.",
    "Kestra refuses the suite, and `tiercel test` has nothing to run.",
    suite_of(*ASSERTS, flow_id="great"),
    suite_of(*ASSERTS),
)


@checks_suite(INVALID_UNIT_TEST)
def check_form(context: SuiteContext) -> Iterator[Diagnostic]:
    """All that keeps a suite from being read."""
    for problem in context.suite.problems:
        yield INVALID_UNIT_TEST.finding(problem.message, problem.span)


@checks_suite(UNTESTED_FLOW)
def check_flow(context: SuiteContext) -> Iterator[Diagnostic]:
    """The flow that the suite names."""
    suite = context.suite
    namespace, flow_id = suite.text_of(suite.root, "namespace"), suite.text_of(suite.root, "flowId")
    if context.tested is False and namespace and flow_id:
        message = f"flow `{flow_id}` does not exist in namespace `{namespace}`"
        yield UNTESTED_FLOW.finding(message, suite.value_span(("flowId",)))
