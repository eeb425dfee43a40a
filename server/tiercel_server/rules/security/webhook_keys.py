"""Keys of webhooks in plain sight."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_server.analysis.mappings import find_text, pointing_span
from tiercel_server.rules.examples import CORE, logs
from tiercel_server.rules.model import Rule, RuleContext
from tiercel_server.rules.registry import checks

_CALL = f"triggers:\n  - id: call\n    type: {CORE}trigger.Webhook\n"

WEBHOOK_KEY_IN_CLEAR = Rule(
    "webhook-key-in-clear", "security", "The key of a webhook is written in the flow.",
    "The key is the only password of the webhook: whoever reads the flow can start it. Keep it as a secret and read it "
    "with `secret('NAME')`.",
    logs("Hello", _CALL + "    key: 4wjtkzwVGBM9yKnj"), logs("Hello", _CALL + "    key: \"{{ secret('TOKEN') }}\""),
    Severity.WARNING, profile="security", at_run_time=True,
)  # fmt: skip


@checks(WEBHOOK_KEY_IN_CLEAR)
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """The key of each webhook."""
    for trigger in context.flow.outline.triggers:
        if trigger.type != CORE + "trigger.Webhook":
            continue
        key = find_text(trigger.node, "key")
        if key and "{{" not in key:
            span = pointing_span(trigger.node, "key") or trigger.name_span
            yield WEBHOOK_KEY_IN_CLEAR.finding("the key can be read by whoever reads the flow", span)
