"""Comments that silence nothing."""

from __future__ import annotations

from tiercel_schemas.diagnostics import Severity
from tiercel_server.rules.model import Rule

_FLOW = """\
id: hello
namespace: company.team
tasks:
  - id: greet
    type: io.kestra.plugin.core.log.Log
    message: "{{ inputs.name }}\""""

UNUSED_SUPPRESSION = Rule(
    code="unused-suppression",
    group="structure",
    severity=Severity.INFORMATION,
    summary="A comment silences a code that is not reported there.",
    why="What it once silenced is mended, or its code is misspelt: then the finding that it was meant for shows.",
    bad=_FLOW.replace("{{ inputs.name }}", "Hello") + " # tiercel: ignore[unknown-input]\n",
    good=_FLOW.replace("{{ inputs.name }}", "Hello") + "\n",
)
NAMELESS_SUPPRESSION = Rule(
    code="nameless-suppression",
    group="structure",
    severity=Severity.WARNING,
    summary="A comment is meant to silence findings but names no code.",
    why="It silences nothing: a comment that hid everything would hide the next mistake too.",
    bad=_FLOW.replace("{{ inputs.name }}", "Hello") + " # tiercel: ignore\n",
    good=_FLOW.replace("{{ inputs.name }}", "Hello") + "\n",
)
