"""Schedules that never run, and runs that a change of the clock swallows."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.source.nodes import ScalarNode
from tiercel_schemas.source.values import scalar_text
from tiercel_server.analysis.cron_days import skipped_run
from tiercel_server.analysis.mappings import find_scalar, find_text, find_value
from tiercel_server.analysis.symbols import TriggerSymbol
from tiercel_server.rules.examples import logs
from tiercel_server.rules.model import Rule, RuleContext
from tiercel_server.rules.registry import checks

_TRIGGER = "io.kestra.plugin.core.trigger."
_YEARLY = f"triggers:\n  - id: yearly\n    type: {_TRIGGER}Schedule\n"
_NIGHTLY = f"triggers:\n  - id: nightly\n    type: {_TRIGGER}Schedule\n    timezone: Europe/Paris\n"

DEAD_SCHEDULE = Rule(
    "dead-schedule", "logic", "A schedule never fires.",
    "Nothing says so when the flow is saved: it is just never run.",
    logs("Hello", _YEARLY + '    cron: "0 9 31 6 *"'), logs("Hello", _YEARLY + '    cron: "0 9 30 6 *"'),
    Severity.WARNING,
)  # fmt: skip
SKIPPED_BY_THE_CLOCK = Rule(
    "skipped-by-clock-change", "logic", "A schedule leaves out the day when clocks go forward.",
    "Its time of day does not exist on that day, so it does not run at all; the day before and the day after it does. "
    "Choose another time, or `timezone: UTC`.",
    logs("Hello", _NIGHTLY + '    cron: "30 2 * * *"'), logs("Hello", _NIGHTLY + '    cron: "30 3 * * *"'),
    Severity.INFORMATION,
)  # fmt: skip


@checks(DEAD_SCHEDULE, SKIPPED_BY_THE_CLOCK)
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """The schedules of a flow that can be read."""
    for trigger in context.flow.outline.triggers:
        if trigger.type == _TRIGGER + "Schedule":
            yield from _dates(trigger)


def _dates(trigger: TriggerSymbol) -> Iterator[Diagnostic]:
    node = find_value(trigger.node, "cron")
    text = scalar_text(node) if isinstance(node, ScalarNode) else None
    if node is None or text is None or "{{" in text:
        return
    # Most flows have no schedule.
    from tiercel_engine.triggers.cron import CronError, ZoneError, parse_cron, parse_zone

    try:
        cron = parse_cron(text, with_seconds=find_scalar(trigger.node, "withSeconds") is True)
    except CronError:
        return
    if cron.never_fires:
        yield DEAD_SCHEDULE.finding("no month has such a day, so it never fires", node.span)
        return
    zone_name = find_text(trigger.node, "timezone")
    if not zone_name:
        return
    try:
        zone = parse_zone(zone_name)
    except ZoneError:
        return
    skipped = skipped_run(cron, zone)
    if skipped is not None:
        message = (
            f"in {zone_name} clocks go from {skipped.first:%H:%M} to {skipped.end:%H:%M} once a year: on that day it "
            "does not run"
        )
        yield SKIPPED_BY_THE_CLOCK.finding(message, node.span)
