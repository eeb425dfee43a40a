"""Values from outside that become code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_server.analysis.references import Reference
from tiercel_server.analysis.symbols import TaskSymbol
from tiercel_server.rules.examples import flow, item
from tiercel_server.rules.model import Rule, RuleContext
from tiercel_server.rules.registry import checks

_SHELL = "io.kestra.plugin.scripts.shell.Commands"
_NAME = "inputs:\n  - {id: name, type: STRING}\n"

SCRIPT_INJECTION = Rule(
    "script-injection", "security", "A value from outside is spliced into a script or a query.",
    "Whoever gives the value can run code of their own: `\"; rm -rf /` is a name too. Hand it over in `env`, or as a "
    "parameter of the query.",
    flow(_NAME + "tasks:\n" + item(_SHELL, "commands:", "  - echo {{ inputs.name }}")),
    flow(_NAME + "tasks:\n" + item(_SHELL, "env:", '  NAME: "{{ inputs.name }}"', "commands:", "  - echo $NAME")),
    Severity.WARNING, profile="security", at_run_time=True,
)  # fmt: skip

_CODE_KEYS = frozenset({"script", "commands", "beforeCommands", "sql", "query"})
_TEXT_INPUTS = frozenset({"STRING", "EMAIL", "URI", "JSON", "YAML", "ION", "ARRAY", "SECRET"})
_SAFE = re.compile(r"\|\s*(escapeChar|toJson|urlencode|base64encode|number|slugify|sha|md5)")


@checks(SCRIPT_INJECTION)
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """Inputs and trigger data inside code."""
    for reference in context.flow.references:
        value = reference.site.value
        if value.name not in _CODE_KEYS or not isinstance(value.owner, TaskSymbol):
            continue
        if _is_foreign(context, reference) and not _is_made_safe(reference):
            whole = ".".join(str(each) for each in (reference.root, *reference.names))
            yield SCRIPT_INJECTION.finding(
                f"`{whole}` becomes code here: hand it over in `env` or as a parameter", reference.text_span
            )


def _is_foreign(context: RuleContext, reference: Reference) -> bool:
    if reference.root == "trigger":
        return bool(reference.steps) and reference.steps[0].name in {"body", "parameters", "headers", "formFields"}
    if reference.root != "inputs" or not reference.steps:
        return False
    symbol = context.flow.outline.input(str(reference.steps[0].name))
    return symbol is not None and symbol.type in _TEXT_INPUTS


def _is_made_safe(reference: Reference) -> bool:
    """Whether a filter right behind it keeps it from being code."""
    rest = reference.site.value.node.value[reference.span.end :]
    return _SAFE.match(rest.split("}}", 1)[0].lstrip()) is not None
