"""Files of records between tasks, with the times that Ion tells apart kept apart.

A row is plain data; its times are `datetime.date`, `datetime.time`, a `datetime` without a zone (LocalDateTime), in UTC
(Instant), with a fixed offset (OffsetDateTime) or with a `ZoneInfo` (ZonedDateTime). All but dates and instants are
text with the name of their Java class as annotation, as Kestra's Ion files have them.
"""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from zoneinfo import ZoneInfo

import anyio.from_thread
import anyio.to_thread

from tiercel_engine.expressions.ion_reading import plain_ion
from tiercel_engine.expressions.ion_text import ion_text
from tiercel_engine.tasks.api import TaskContext, TaskFailure
from tiercel_engine.tasks.core.storage.files import temporary_name
from tiercel_engine.tasks.properties import required_text
from tiercel_engine.tasks.working_files import local_file, store_file
from tiercel_schemas.versions import KestraVersion

_T = TypeVar("_T")
_CHUNK = 5_000
_REGION = re.compile(r"(.*?)\[([^\]]+)\]")


async def source_file(context: TaskContext, name: str = "from") -> Path:
    """The local file behind the URI of a property; raises `TaskFailure` when there is none."""
    return local_file(context, await required_text(context, name))


async def in_thread(work: Callable[[], _T]) -> _T:
    """Do what blocks on a thread; `counted` in it ends it soon after a kill. Raises `TaskFailure` for bad data."""
    try:
        return await anyio.to_thread.run_sync(work)
    except (LookupError, UnicodeError) as error:
        raise TaskFailure(str(error)) from error


async def store_made(context: TaskContext, ending: str, make: Callable[[Path], _T]) -> tuple[str, _T]:
    """Let `make` write a file, on a thread, and store it; its URI and what `make` returned."""
    with tempfile.TemporaryDirectory(prefix="tiercel-") as folder:
        file = Path(folder) / "made"
        made = await in_thread(lambda: make(file))
        return await store_file(context, file, temporary_name(ending)), made


def counted(rows: Iterable[_T], count: list[int]) -> Iterator[_T]:
    """The rows, their number added to `count[0]`; ends with the task when that is killed."""
    for row in rows:
        if count[0] % 256 == 0:
            anyio.from_thread.check_cancelled()
        count[0] += 1
        yield row


def read_records(file: Path) -> Iterator[Any]:
    """The rows of an Ion file, binary or text; raises `TaskFailure` for what is no Ion."""
    from amazon.ion import simpleion  # type: ignore[import-untyped]
    from amazon.ion.exceptions import IonException  # type: ignore[import-untyped]

    with file.open("rb") as source:
        try:
            for row in simpleion.load(source, single_value=False, parse_eagerly=False):
                yield plain_ion(row, _moment, _text)
        except (IonException, ValueError, TypeError, EOFError, RecursionError) as error:
            raise TaskFailure(f"Invalid Ion: {error}") from error


def write_records(rows: Iterable[Any], file: Path, version: KestraVersion) -> int:
    """Write rows as Ion: binary from 2.0 on, a line of text each before; their number."""
    count = [0]
    with file.open("wb") as sink:
        if version is KestraVersion.V1_3:
            for row in counted(rows, count):
                sink.write(_line(row))
        else:
            _write_binary(counted(rows, count), sink)
    return count[0]


def _write_binary(rows: Iterator[Any], sink: BinaryIO) -> None:
    from amazon.ion import simpleion

    chunk: list[Any] = []
    for row in rows:
        chunk.append(_storable(row))
        if len(chunk) == _CHUNK:
            simpleion.dump(chunk, sink, binary=True, sequence_as_stream=True)
            chunk = []
    if chunk:
        simpleion.dump(chunk, sink, binary=True, sequence_as_stream=True)


def _line(row: Any) -> bytes:
    from amazon.ion import simpleion

    if _has_times(row):
        text: str = simpleion.dumps(_storable(row), binary=False, omit_version_marker=True)
        return text.encode() + b"\n"
    return ion_text(row).encode() + b"\n"


def _has_times(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_times, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(_has_times, value))
    return isinstance(value, (dt.date, dt.time))


def _storable(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _storable(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_storable(inner) for inner in value]
    if isinstance(value, dt.datetime):
        return value if value.tzinfo is dt.UTC else _annotated(java_time_text(value), _java_class(value))
    if isinstance(value, dt.date):
        from amazon.ion.core import TimestampPrecision, timestamp  # type: ignore[import-untyped]

        return timestamp(value.year, value.month, value.day, precision=TimestampPrecision.DAY)
    if isinstance(value, dt.time):
        return _annotated(java_time_text(value), "LocalTime" if value.tzinfo is None else "OffsetTime")
    return value


def _annotated(text: str, name: str) -> Any:
    from amazon.ion.core import IonType
    from amazon.ion.simple_types import IonPyText  # type: ignore[import-untyped]

    return IonPyText.from_value(IonType.STRING, text, (name,))


def _java_class(value: dt.datetime) -> str:
    if value.tzinfo is None:
        return "LocalDateTime"
    return "ZonedDateTime" if isinstance(value.tzinfo, ZoneInfo) else "OffsetDateTime"


def java_time_text(value: dt.datetime | dt.time) -> str:
    """A time as the `toString` of its Java class: no seconds where they are zero, `Z` for UTC, the region behind."""
    moment = value if isinstance(value, dt.datetime) else None
    seconds = f":{value.second:02d}" if value.second or value.microsecond else ""
    if value.microsecond:
        fraction = f"{value.microsecond:06d}"
        seconds += f".{fraction[:3] if fraction.endswith('000') else fraction}"
    text = f"{value.hour:02d}:{value.minute:02d}{seconds}"
    if moment is not None:
        text = f"{moment.date().isoformat()}T{text}"
    offset = value.utcoffset()
    if offset is not None:
        text += "Z" if not offset else f"{value:%z}"[:3] + ":" + f"{value:%z}"[3:5]
    if isinstance(value.tzinfo, ZoneInfo):
        text += f"[{value.tzinfo.key}]"
    return text


def json_value(value: Any) -> Any:
    """A value as JSON has it: times as text without their region, bytes in base64; nested values too."""
    if isinstance(value, dict):
        return {str(key): json_value(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_value(inner) for inner in value]
    if isinstance(value, (bytes, bytearray, memoryview)):
        import base64

        return base64.b64encode(bytes(value)).decode("ascii")
    if isinstance(value, (dt.datetime, dt.time)):
        text = value.isoformat()
        return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text
    return value.isoformat() if isinstance(value, dt.date) else value


def _moment(value: Any) -> dt.date:
    from amazon.ion.core import TimestampPrecision

    if getattr(value, "precision", None) in {TimestampPrecision.DAY, TimestampPrecision.MONTH}:
        return dt.date(value.year, value.month, value.day)
    zone = value.tzinfo
    offset = zone.utcoffset(None) if zone is not None else None
    plain = dt.datetime(  # noqa: DTZ001 - the zone follows
        value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond
    )
    return plain.replace(tzinfo=dt.timezone(offset) if offset else dt.UTC)


def _text(value: Any) -> Any:
    annotations = getattr(value, "ion_annotations", ())
    return _time_of(str(value), annotations[0].text) if annotations else str(value)


def _time_of(text: str, name: str | None) -> Any:
    try:
        if name == "LocalDate":
            return dt.date.fromisoformat(text)
        if name in {"LocalTime", "OffsetTime"}:
            return dt.time.fromisoformat(text)
        if name == "ZonedDateTime" and (match := _REGION.fullmatch(text)):
            return dt.datetime.fromisoformat(match[1]).astimezone(ZoneInfo(match[2]))
        if name == "Instant":
            return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
        if name in {"LocalDateTime", "OffsetDateTime", "ZonedDateTime"}:
            moment = dt.datetime.fromisoformat(text)
            # UTC itself would pass for an instant.
            return moment.replace(tzinfo=dt.timezone(dt.timedelta(), "Z")) if moment.tzinfo is dt.UTC else moment
    except (ValueError, KeyError, OSError):
        return text
    return text
