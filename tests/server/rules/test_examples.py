"""Every example on a rule's page does what the page says."""

from __future__ import annotations

import pytest

from tiercel_schemas.diagnostics import Severity
from tiercel_server.rules import Rule, all_rules, diagnose
from tiercel_server.rules.pages import example_version, rule_page
from tiercel_server.workspace import DocumentSnapshot, ProjectSettings
from tiercel_server.workspace.flow_index import index_flows

RULES = all_rules()
GREET = """\
id: greet
namespace: company.team
inputs:
  - {id: name, type: STRING}
  - {id: times, type: INT, defaults: 1}
tasks:
  - {id: say, type: io.kestra.plugin.core.log.Log, message: "{{ inputs.name }} {{ inputs.times }}"}
outputs:
  - {id: greeting, type: STRING, value: "Hello {{ inputs.name }}"}
"""
CALLER = """\
id: caller
namespace: company.team
tasks:
  - {id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: company.team, flowId: example}
"""
FOLLOWER = """\
id: follower
namespace: company.team
tasks:
  - {id: say, type: io.kestra.plugin.core.log.Log, message: Hello}
triggers:
  - id: after
    type: io.kestra.plugin.core.trigger.Flow
    dependsOn: [{namespace: company.team, flowId: example}]
"""
AROUND = (GREET, CALLER, FOLLOWER)
"""What lies around the examples."""


def _find(namespace: str, flow_id: str) -> bool | None:
    """Suites of the examples test flows of their own files: what stands nowhere else does not exist."""
    return False


def findings(rule: Rule, example: str) -> list[tuple[str, Severity, str]]:
    settings = ProjectSettings(
        profiles=frozenset({rule.profile} if rule.profile else ()),
        severities={rule.code: rule.severity} if rule.asked_for else {},
        secrets=frozenset({"TOKEN"}),
        kv=frozenset({"region"}),
    )
    version = example_version(example, rule)
    snapshot = DocumentSnapshot("example.yaml", example, kestra_version=version, settings=settings)
    assert snapshot.flows, example
    workspace = index_flows([*(DocumentSnapshot("x.yaml", text) for text in AROUND), snapshot])
    return [(each.code, each.severity, each.message) for each in diagnose(snapshot, workspace, _find)]


@pytest.mark.parametrize("code", RULES)
def test_the_bad_example_is_reported(code: str) -> None:
    found = findings(RULES[code], RULES[code].bad)
    assert [each for each in found if each[0] == code], found


@pytest.mark.parametrize("code", RULES)
def test_the_bad_example_shows_nothing_but_its_mistake(code: str) -> None:
    others = [
        each for each in findings(RULES[code], RULES[code].bad) if each[0] != code and each[1] <= Severity.WARNING
    ]
    assert not others


@pytest.mark.parametrize("code", RULES)
def test_the_good_example_is_clean(code: str) -> None:
    found = findings(RULES[code], RULES[code].good)
    assert not [each for each in found if each[0] == code or each[1] <= Severity.WARNING], found


@pytest.mark.parametrize("code", RULES)
def test_the_page_tells_all(code: str) -> None:
    page = rule_page(RULES[code])
    assert page.startswith(f"# {code}\n")
    assert RULES[code].bad.rstrip() in page
    assert RULES[code].summary.endswith(".")
