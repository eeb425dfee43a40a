"""References to named plugin defaults (1.3)."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.mappings import find_items, find_text, pointing_span
from tiercel_server.analysis.symbols import TaskSymbol, TriggerSymbol
from tiercel_server.rules.examples import logs
from tiercel_server.rules.model import Rule, RuleContext, replacement
from tiercel_server.rules.registry import checks
from tiercel_server.rules.wording import nearest

_DEFAULTS = "pluginDefaults:\n  - {type: io.kestra.plugin.core.log.Log, ref: quiet, values: {level: DEBUG}}"

UNKNOWN_DEFAULTS_REF = Rule(
    "unknown-defaults-ref", "logic", "A task names plugin defaults that the flow does not have.",
    "Kestra refuses the flow.",
    logs("Hello", _DEFAULTS) + "    pluginDefaultsRef: qiet\n",
    logs("Hello", _DEFAULTS) + "    pluginDefaultsRef: quiet\n",
    versions=(KestraVersion.V1_3,),
)  # fmt: skip


@checks(UNKNOWN_DEFAULTS_REF)
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """`pluginDefaultsRef` of tasks and triggers."""
    root = context.flow.root
    known = {find_text(each, "ref") for key in ("pluginDefaults", "taskDefaults") for each in find_items(root, key)}
    symbols: list[TaskSymbol | TriggerSymbol] = [*context.flow.outline.tasks, *context.flow.outline.triggers]
    for symbol in symbols:
        name = find_text(symbol.node, "pluginDefaultsRef")
        if name is None or name in known:
            continue
        span = pointing_span(symbol.node, "pluginDefaultsRef") or symbol.name_span
        meant = nearest(name, (each for each in known if each))
        hint = f"; did you mean `{meant}`?" if meant else ""
        data = replacement(span, meant, f"Write `{meant}`") if meant else {}
        yield UNKNOWN_DEFAULTS_REF.finding(f"no plugin defaults have the ref `{name}`{hint}", span, data=data)
