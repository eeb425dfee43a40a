"""Rules are chosen by code, by group, and by whether Kestra's own validation looks for what they flag."""

from __future__ import annotations

import pytest

from tiercel_schemas.diagnostics import Severity
from tiercel_schemas.json_schema.findings import CODES, LITERAL
from tiercel_server.rules import all_rules, diagnose
from tiercel_server.rules.selectors import RUN_TIME, SELECTORS, codes_of
from tiercel_server.workspace import DocumentSnapshot, ProjectSettings

TEXT = """\
id: a
namespace: b.c
nonsense: 1
tasks:
  - {id: t, type: io.kestra.plugin.core.log.Log, message: "{{ inputs.nope }} {{ 'a' | uper }}"}
  - {id: own, type: com.acme.Work}
"""


def codes(**settings: object) -> dict[str, Severity]:
    snapshot = DocumentSnapshot("a.yaml", TEXT, settings=ProjectSettings(**settings))  # type: ignore[arg-type]
    return {each.code: each.severity for each in diagnose(snapshot)}


def test_no_code_is_called_like_a_group() -> None:
    assert not all_rules().keys() & set(SELECTORS)


def test_whatever_the_schema_reports_is_a_rule() -> None:
    assert set(CODES) <= all_rules().keys()


def test_run_time_holds_expressions_references_and_literal_values_whole() -> None:
    late = codes_of([RUN_TIME])
    whole = {
        code
        for code, rule in all_rules().items()
        if rule.profile is None
        and code != "dashed-name"  # the one thing in expressions that Kestra 2.0 looks for
        and (rule.group in {"expressions", "references"} or code.startswith(LITERAL))
    }
    assert whole <= late
    assert not {"unknown-property", "unknown-type", "yaml-syntax", "duplicate-task-id"} & late


def test_a_name_that_is_no_group_stands_for_itself() -> None:
    assert codes_of(["unknown-input"]) == {"unknown-input"}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, {"unknown-property", "unknown-input", "unknown-filter"}),
        ({"ignore": frozenset({RUN_TIME})}, {"unknown-property"}),
        ({"ignore": frozenset({"references", "structure"})}, {"unknown-filter"}),
        ({"severities": {RUN_TIME: None, "unknown-filter": Severity.ERROR}}, {"unknown-property", "unknown-filter"}),
        ({"severities": {"unknown-plugin": Severity.HINT}, "ignore": frozenset({RUN_TIME})},
         {"unknown-property", "unknown-plugin"}),
        ({"severities": {"structure": Severity.HINT}, "ignore": frozenset({RUN_TIME})}, {"unknown-property"}),
    ],
)  # fmt: skip
def test_settings_choose_by_group(settings: dict[str, object], expected: set[str]) -> None:
    assert codes(**settings).keys() == expected


def test_a_code_wins_over_its_group() -> None:
    found = codes(severities={RUN_TIME: Severity.HINT, "unknown-filter": Severity.WARNING})
    assert (found["unknown-input"], found["unknown-filter"]) == (Severity.HINT, Severity.WARNING)
