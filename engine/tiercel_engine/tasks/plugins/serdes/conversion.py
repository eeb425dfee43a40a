"""What all conversions share: where they read, what they store, and how dates are written."""

from __future__ import annotations

import codecs
import datetime as dt
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult
from tiercel_engine.tasks.needs import Needs
from tiercel_engine.tasks.plugins.record_files import in_thread, source_file, store_made, write_records
from tiercel_engine.tasks.properties import text

_OF_ZONE = re.compile(r"\[[^\[\]]*[XxZVzO][^\[\]]*\]")

AVRO = Needs("tiercel[serdes]", ("fastavro",))
PARQUET = Needs("tiercel[serdes]", ("pyarrow",))
EXCEL = Needs("tiercel[serdes]", ("openpyxl",))


async def charset(context: TaskContext) -> str:
    """The `charset` of a task; raises `TaskFailure` for one that there isn't."""
    name = await text(context, "charset", "UTF-8") or "UTF-8"
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise TaskFailure(f"Unknown charset '{name}'") from error


async def zone(context: TaskContext) -> dt.tzinfo | None:
    """The `timeZoneId` of a task, None where it has none; raises `TaskFailure` for one that there isn't."""
    name = await text(context, "timeZoneId")
    if name is None:
        return None
    try:
        return dt.UTC if name in {"Z", "UTC"} else ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise TaskFailure(f"Unknown time-zone ID: {name}") from error


async def to_ion(context: TaskContext, read: Callable[[Path], Iterable[Any]]) -> TaskResult:
    """Store what `read` finds in the file of `from` as Ion; outputs `uri` and `size`, metric `records`."""
    source = await source_file(context)
    uri, size = await store_made(context, ".ion", lambda target: write_records(read(source), target, context.version))
    return counted_result(context, uri, size)


async def from_file(context: TaskContext, ending: str, write: Callable[[Path, Path], int]) -> TaskResult:
    """Store what `write(source, target)` makes of the file of `from`; outputs `uri` and `size`, metric `records`."""
    source = await source_file(context)
    uri, size = await store_made(context, ending, lambda target: write(source, target))
    return counted_result(context, uri, size)


def counted_result(context: TaskContext, uri: str, size: int) -> TaskResult:
    """The outputs of a conversion, its size measured."""
    context.metric("counter", "records", float(size))
    return TaskResult({"uri": uri, "size": size})


def java_formatted(value: dt.date | dt.time, pattern: str, target: dt.tzinfo | None) -> str:
    """A date or time by a pattern of Java's; `target` is the zone to show it in, where it is a moment."""
    from tiercel_engine.expressions.errors import JavaError
    from tiercel_engine.expressions.java.date_printing import format_moment
    from tiercel_engine.expressions.java.moments import Moment
    from tiercel_engine.expressions.java.zones import Zone

    if isinstance(value, dt.time):
        moment = dt.datetime.combine(dt.date(1970, 1, 1), value)
    else:
        moment = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
    if moment.tzinfo is None:
        # A time without a zone leaves out the parts that would show one.
        pattern, offset = _OF_ZONE.sub("", pattern), dt.timedelta()
    else:
        moment = moment.astimezone(target) if target is not None else moment
        offset = moment.utcoffset() or dt.timedelta()
    local = moment.replace(tzinfo=None)
    name = "Z" if not offset else f"{moment:%z}"[:3] + ":" + f"{moment:%z}"[3:5]
    shown = Moment((local - offset).replace(microsecond=0), local.microsecond * 1000, Zone(name, offset, None, True))  # noqa: FBT003
    try:
        return format_moment(shown, pattern, None)
    except JavaError as error:
        raise TaskFailure(str(error)) from error


__all__ = ["AVRO", "EXCEL", "PARQUET", "charset", "counted_result", "from_file", "in_thread", "java_formatted"]
__all__ += ["to_ion", "zone"]
