"""When a schedule fires, in words, and when next."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.source.nodes import ScalarNode
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.mappings import find_scalar, find_value
from tiercel_server.analysis.names.scalars import literal_of, text_of
from tiercel_server.features.inlay_hints.model import HintSources, InlayHint


def schedule_hints(flow: FlowAnalysis, sources: HintSources) -> Iterator[InlayHint]:
    """A note behind each cron expression of a trigger, and of an SLA or input none."""
    for trigger in flow.outline.triggers:
        cron = literal_of(trigger.node, "cron")
        if cron is None:
            continue
        seconds = find_scalar(trigger.node, "withSeconds") is True
        zone_node = find_value(trigger.node, "timezone")
        zone = text_of(trigger.node, "timezone") if zone_node is not None else "Etc/UTC"
        disabled = trigger.disabled or find_scalar(flow.root, "disabled") is True
        yield from _hint(cron, zone, sources, with_seconds=seconds, fires=not disabled)


def _hint(
    cron: ScalarNode, zone_name: str, sources: HintSources, *, with_seconds: bool, fires: bool
) -> Iterator[InlayHint]:
    # Most documents have no schedule.
    from tiercel_engine.triggers.cron import CronError, ZoneError, describe_cron, parse_cron, parse_zone

    try:
        read = parse_cron(cron.value, with_seconds=with_seconds)
    except CronError:
        return
    words, tooltip = describe_cron(read), ""
    if sources.moment is not None and fires and zone_name:
        try:
            following = read.next_after(sources.moment, parse_zone(zone_name))
        except ZoneError:
            following = None
        if following is not None:
            words += f" · next {following:%a %d %b %H:%M}"
            tooltip = f"The next run is at {following.isoformat()} ({zone_name})."
    yield InlayHint(cron.span.end, words, "note", tooltip)
