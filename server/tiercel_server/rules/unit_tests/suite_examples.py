"""A flow and small suites of it, for the examples of rules."""

from __future__ import annotations

FLOW = """\
id: greet
namespace: company.team
inputs:
  - id: name
    type: STRING
tasks:
  - id: fetch
    type: io.kestra.plugin.core.http.Request
    uri: "https://example.com/{{ inputs.name }}"
"""


def suite_of(*lines: str, flow_id: str = "greet") -> str:
    """The flow with a suite of one case that has these lines."""
    case = "".join(f"    {line}\n" for line in lines)
    head = f"id: greet_tests\nnamespace: company.team\nflowId: {flow_id}\ntestCases:\n"
    return f"{FLOW}---\n{head}  - id: greets\n    type: io.kestra.core.tests.flow.UnitTest\n{case}"


ASSERTS = ("assertions:", '  - value: "{{ outputs.fetch.code }}"', "    equalTo: 200")
