"""One mistake is told once, and at most so many in all."""

from __future__ import annotations

import pytest

from tiercel_server.rules import diagnose
from tiercel_server.rules.engine import MAX_FINDINGS, MORE_CODE
from tiercel_server.workspace.snapshot import DocumentSnapshot

HEAD = "id: a\nnamespace: b.c\n"
LOG = "type: io.kestra.plugin.core.log.Log"
DEEP = "".join(
    "\n".join(
        "  " * level + line for line in (f"- id: t{level}", "  type: io.kestra.plugin.core.flow.Sequential", "  tasks:")
    )
    + "\n"
    for level in range(300)
)
FOR_EACH = """\
tasks:
  - id: e
    type: io.kestra.plugin.core.flow.ForEach
    values: [1]
    tasks:
      - {id: r, type: io.kestra.plugin.core.debug.Return, format: x}
  - {id: l, type: io.kestra.plugin.core.log.Log, message: "{{ outputs.r[1].value }}"}
"""
DAG = f"""\
tasks:
  - id: d
    type: io.kestra.plugin.core.flow.Dag
    tasks:
      - {{task: {{id: x, {LOG}, message: m}}, dependsOn: [y, z]}}
      - {{task: {{id: y, {LOG}, message: m}}, dependsOn: [x]}}
"""


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (f"tasks:\n  - id: x\n   {LOG}\n    message: m\n", ["yaml-syntax"]),
        (f"tasks:\n\t- id: x\n\t  {LOG}\n\t  message: m\n", ["yaml-syntax"]),
        ("tasks: [\n", ["yaml-syntax"]),
        (f"tasks:\n  - id: x\n   {LOG}\n    message: m\n  - id: y\n", ["yaml-syntax", "missing-type"]),
        (f"labels: [{{a: b}}]\ntasks:\n  - {{id: x, {LOG}, message: m}}\n", ["unknown-property"]),
        ("tasks:\n" + DEEP, ["nested-too-deeply"]),
        (FOR_EACH, ["unknown-type"]),
        (DAG.replace("{id", "{ id"), ["dag-cycle", "unknown-dag-dependency"]),
    ],
)
def test_the_findings_are_these(text: str, codes: list[str]) -> None:
    assert [each.code for each in diagnose(DocumentSnapshot("a.yaml", HEAD + text))] == codes


@pytest.mark.parametrize(
    ("line", "said", "not_said"),
    [
        ("    retry: {type: constant, interval: PT1S, maxAttempt: 3}\n", "it is called `maxAttempts`", "1.3"),
        ("    script: x\n", "`script` is no property", "did you mean"),
    ],
)
def test_a_slip_speaks_of_what_was_meant(line: str, said: str, not_said: str) -> None:
    task = "tasks:\n  - id: x\n    type: io.kestra.plugin.scripts.shell.Commands\n    commands: [ls]\n"
    (finding,) = diagnose(DocumentSnapshot("a.yaml", HEAD + task + line))
    assert said in finding.message
    assert not_said not in finding.message
    assert "versions" not in finding.data


def test_the_last_finding_tells_how_many_more_there_are() -> None:
    tasks = "".join(f"  - {{id: t{number}, {LOG}g, message: x}}\n" for number in range(MAX_FINDINGS + 2))
    found = diagnose(DocumentSnapshot("a.yaml", HEAD + "tasks:\n" + tasks))
    assert len(found) == MAX_FINDINGS + 1
    assert (found[-1].code, found[-1].message[:15]) == (MORE_CODE, "2 more findings")
