"""The project file in the editor: its settings, values, codes of rules and namespaces."""

from __future__ import annotations

import pytest

from tests.server.features.around import AROUND
from tests.server.features.marked import CURSOR
from tiercel_server.features.project_file import complete_project, hover_project, rule_findings
from tiercel_server.lsp.rule_facts import rule_facts
from tiercel_server.workspace import DocumentSnapshot


def opened(text: str) -> tuple[DocumentSnapshot, int]:
    return DocumentSnapshot("file:///w/tiercel.yaml", text.replace(CURSOR, "")), text.index(CURSOR)


@pytest.mark.parametrize(
    ("text", "has", "lacks"),
    [
        ("‸", ["kestra-version", "namespaces", "rules", "run"], ["severity"]),
        ("kestra-version: ‸", ["1.3", "2.0"], []),
        ('kestra-version: "‸"', ["1.3", "2.0"], []),
        ("run:\n  ‸", ["runner", "max-parallel", "dotenv"], ["rules"]),
        ("run:\n  runner: process\n  ‸", ["max-parallel"], ["runner"]),
        ("run:\n  runner: ‸", ["auto", "process", "docker"], []),
        ("run: {runner: ‸}", ["auto", "process", "docker"], []),
        ("rules:\n  profile: [‸]", ["practice", "security"], []),
        ("rules:\n  ignore:\n    - unknown-i‸", ["unknown-input"], ["schema"]),
        ("rules:\n  severity:\n    ‸", ["unknown-input", "unknown-output"], []),
        ("rules:\n  severity:\n    unknown-input: ‸", ["error", "off"], []),
        ("namespaces:\n  ‸", ["company.team"], []),
        ("namespaces:\n  company.team:\n    ‸", ["files", "kv", "secrets", "variables"], []),
        ("server:\n  ‸", ["url", "tenant"], []),
        ("# ‸", [], ["rules"]),
    ],
)
def test_completion(text: str, has: list[str], lacks: list[str]) -> None:
    labels = [item.label for item in complete_project(*opened(text), AROUND, rule_facts()).items]
    assert [label for label in has if label not in labels] == [], labels
    assert [label for label in lacks if label in labels] == []


def test_a_version_is_quoted() -> None:
    inserts = [item.insert for item in complete_project(*opened("kestra-version: ‸")).items]
    assert inserts == ['"1.3"', '"2.0"']


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("kestra-ver‸sion: '2.0'", ["**kestra-version**", "`1.3`", "`2.0`"]),
        ("run:\n  run‸ner: auto", ["**runner**", "One of `auto`", "Default: `auto`"]),
        ("rules:\n  ignore: [unknown-in‸put]", ["**unknown-input** · error"]),
        ("rules:\n  severity:\n    unknown-in‸put: off", ["**unknown-input** · error"]),
        ("namespaces:\n  company.te‸am: {}", ["**company.team** · namespace", "`child`"]),
        ("namespaces:\n  company.team:\n    fil‸es: x", ["**files**", "A folder"]),
    ],
)
def test_hover(text: str, told: list[str]) -> None:
    found = hover_project(*opened(text), AROUND, rule_facts())
    assert found is not None
    assert [each for each in told if each not in found.markdown] == []


def test_codes_of_no_rule_are_found() -> None:
    text = "rules:\n  ignore: [unknown-input, unknown-inptu]\n  severity: {nonsense-altogether: off}\n"
    found = list(rule_findings(DocumentSnapshot("file:///w/tiercel.yaml", text), rule_facts()))
    assert [each.message for each in found] == [
        "No rule is called `nonsense-altogether`",
        "No rule is called `unknown-inptu`; `unknown-input` is near",
    ]
