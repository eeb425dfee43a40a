"""What values say in words: schedules, durations, time zones, and one of several choices."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

from tiercel_schemas.catalog import Property
from tiercel_schemas.durations import parse_duration
from tiercel_schemas.source.locate import node_at
from tiercel_schemas.source.nodes import Node, Path
from tiercel_server.analysis.mappings import find_scalar, find_text
from tiercel_server.features.documentation import type_text

_NEXT_RUNS = 3
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def value_doc(text: str, prop: Property, root: Node, path: Path, now: datetime | None) -> str:
    """What is to be said of the value of a property; "" where it says all itself. `now` has a zone."""
    if "{{" in text or not text:
        return ""
    if prop.name == "cron":
        owner = node_at(root, path[:-1])
        return cron_doc(text, find_text(owner, "timezone"), now, with_seconds=find_scalar(owner, "withSeconds") is True)
    if _has_format(prop, "duration"):
        words = duration_words(text)
        return f"`{text}`: {words}." if words else ""
    if _has_format(prop, "timezone") or prop.name.lower() == "timezone":
        return zone_doc(text, now)
    enums = [each for each in (prop, *prop.alternatives) if text in {str(value) for value in each.enum}]
    if enums:
        default = " The default." if str(prop.default) == text else ""
        return f"**{text}** · one of the values of `{prop.name}` ({type_text(prop)}).{default}"
    return ""


def _has_format(prop: Property, name: str) -> bool:
    return any(each.format == name for each in (prop, *prop.alternatives))


def cron_doc(text: str, zone: str | None, now: datetime | None, *, with_seconds: bool = False) -> str:
    """A schedule in words, with the next times that it fires."""
    # Most hovers are about something else.
    from tiercel_engine.triggers.cron import CronError, describe_cron, parse_cron

    try:
        cron = parse_cron(text, with_seconds=with_seconds)
    except CronError:
        return ""
    words = describe_cron(cron)
    parts = [f"`{text}`: {words[:1].lower()}{words[1:]}" + ("" if words.endswith(".") else ".")]
    there = _zone(zone or "Etc/UTC")
    if now is not None and there is not None:
        moment: datetime | None = now.astimezone(there)
        runs = []
        for _ in range(_NEXT_RUNS):
            moment = cron.next_after(moment, there) if moment is not None else None
            if moment is not None:
                runs.append(f"- {moment.strftime('%a %Y-%m-%d %H:%M:%S' if with_seconds else '%a %Y-%m-%d %H:%M')}")
        if runs:
            parts.append(f"Next ({zone or 'UTC'}):\n\n" + "\n".join(runs))
    return "\n\n".join(parts)


def zone_doc(text: str, now: datetime | None) -> str:
    """A time zone, with the time that it is there."""
    there = _zone(text)
    if there is None:
        return ""
    if now is None:
        return f"**{text}** · time zone"
    local = now.astimezone(there)
    offset = local.strftime("%z")
    return f"**{text}** · time zone, UTC{offset[:3]}:{offset[3:5]} now\n\nThere it is {local.strftime('%a %H:%M')}."


def _zone(name: str) -> tzinfo | None:
    from tiercel_engine.triggers.cron import ZoneError, parse_zone

    try:
        return parse_zone(name)
    except ZoneError:
        return None


def duration_words(text: str) -> str:
    """A duration in words: `1 hour 30 minutes`; "" where it is none."""
    try:
        duration = parse_duration(text)
    except ValueError:
        return ""
    return _words(duration)


def _words(duration: timedelta) -> str:
    seconds = abs(duration.total_seconds())
    parts = []
    for size, name in _UNITS:
        count, seconds = divmod(seconds, size)
        if size == 1:
            count += seconds
        if count:
            number = re.sub(r"\.?0+$", "", f"{count:.3f}")
            parts.append(f"{number} {name}" + ("" if count == 1 else "s"))
    return ("minus " if duration.total_seconds() < 0 else "") + (" ".join(parts) or "no time at all")
