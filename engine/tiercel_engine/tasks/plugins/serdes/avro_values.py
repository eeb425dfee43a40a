"""Rows as the values of an Avro schema, which Parquet files are written by too."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tiercel_engine.expressions.errors import JavaError
from tiercel_engine.expressions.java.date_parsing import parse_by_pattern
from tiercel_engine.expressions.java.zones import zone as java_zone
from tiercel_engine.expressions.texts import java_text
from tiercel_engine.tasks.api import TaskContext, TaskFailure
from tiercel_engine.tasks.properties import as_text, flag, items, text

_TRUE = ("t", "true", "enabled", "1", "on", "yes")
_FALSE = ("f", "false", "disabled", "0", "off", "no", "")
_NULL = ("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "1.#IND", "1.#QNAN", "NA", "n/a", "nan", "null")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_WHOLE_BITS = {"int": 31, "long": 63}


class _Misfit(ValueError):  # noqa: N818
    """A value that its schema has no place for."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """What counts as true, false and null, how dates are written, and what becomes of bad rows."""

    true_values: frozenset[str]
    false_values: frozenset[str]
    null_values: frozenset[str]
    date_format: str
    time_format: str
    datetime_format: str
    decimal_separator: str
    strict: bool
    infers_all: bool
    zone_name: str
    on_bad: str
    context: TaskContext

    def rows(self, schema: Any, rows: Iterable[Any]) -> Iterator[dict[str, Any]]:
        """The rows as records of a parsed schema; raises `TaskFailure` for a bad one unless it is to be skipped."""
        for row in rows:
            try:
                yield self._row(schema, row)
            except _Misfit as misfit:
                message = f"Invalid row {as_text(row)}: {misfit}"
                if self.on_bad == "ERROR":
                    raise TaskFailure(message) from misfit
                if self.on_bad == "WARN":
                    self.context.log("WARN", message)

    def _row(self, schema: Any, row: Any) -> dict[str, Any]:
        fields = schema["fields"]
        if isinstance(row, list):
            if len(fields) == 1 and _kind(fields[0]["type"]) == "array":
                return {fields[0]["name"]: self.value(fields[0]["type"], row)}
            if self.strict and len(row) > len(fields):
                raise _Misfit(f"it has {len(row)} values, the schema {len(fields)} fields")
            padded = [*row, *[None] * (len(fields) - len(row))]
            row = {field["name"]: value for field, value in zip(fields, padded, strict=False)}
        if not isinstance(row, Mapping):
            raise _Misfit(f"{type(row).__name__} is no record")
        return self._record(schema, row)

    def _record(self, schema: Any, row: Mapping[str, Any]) -> dict[str, Any]:
        made = {}
        for field in schema["fields"]:
            names = [field["name"], *field.get("aliases", ())]
            found = next((row[name] for name in names if row.get(name) is not None), None)
            try:
                made[field["name"]] = self.value(field["type"], found)
            except (_Misfit, ValueError, ArithmeticError, TypeError, AttributeError, JavaError) as misfit:
                raise _Misfit(f"field '{field['name']}': {misfit}") from misfit
        if self.strict and len(row) > len(schema["fields"]):
            raise _Misfit(f"it has {len(row)} fields, the schema {len(schema['fields'])}")
        return made

    def value(self, schema: Any, data: Any) -> Any:
        """A value as a schema wants it; raises ValueError where it has none for it."""
        if self.infers_all and isinstance(data, str):
            lowered = data.lower()
            if lowered in self.null_values:
                data = None
            elif lowered in self.true_values or lowered in self.false_values:
                data = lowered in self.true_values
        if isinstance(schema, list):
            return self._union(schema, data)
        logical = schema.get("logicalType") if isinstance(schema, dict) else None
        if logical in _LOGICAL and data is not None:
            return _LOGICAL[logical](self, schema, data)
        kind = _kind(schema)
        if data is None and kind != "null":
            raise _Misfit(f"null is no {kind}")
        return _KINDS[kind](self, schema, data)

    def _union(self, schemas: list[Any], data: Any) -> Any:
        for each in schemas:
            try:
                return self.value(each, data)
            except (_Misfit, ValueError, ArithmeticError, TypeError, AttributeError, JavaError):
                continue
        raise _Misfit(f"{as_text(data)} fits none of its types")

    def _null(self, _schema: Any, data: Any) -> None:
        if data is not None and not (isinstance(data, str) and data.lower() in self.null_values):
            raise _Misfit(f"{as_text(data)} is not null")

    def _whole(self, schema: Any, data: Any) -> int:
        kind = _kind(schema)
        if isinstance(data, str):
            data = int(data)
        if isinstance(data, bool) or not isinstance(data, int) or data.bit_length() > _WHOLE_BITS[kind]:
            raise _Misfit(f"{as_text(data)} is no {kind}")
        return data

    def _float(self, schema: Any, data: Any) -> float:
        if isinstance(data, str):
            return float(data.replace(self.decimal_separator, "."))
        if isinstance(data, bool) or not isinstance(data, (int, float)):
            raise _Misfit(f"{as_text(data)} is no {_kind(schema)}")
        return float(data)

    def _boolean(self, _schema: Any, data: Any) -> bool:
        lowered = data.lower() if isinstance(data, str) else str(data) if isinstance(data, int) else data
        if isinstance(data, bool):
            return data
        if lowered in self.true_values or lowered in self.false_values:
            return lowered in self.true_values
        raise _Misfit(f"{as_text(data)} is no boolean")

    def _string(self, _schema: Any, data: Any) -> str:
        return data if isinstance(data, str) else java_text(data)

    def _bytes(self, schema: Any, data: Any) -> bytes:
        made = data if isinstance(data, bytes) else self._string(schema, data).encode()
        if _kind(schema) == "fixed" and len(made) != schema["size"]:
            raise _Misfit(f"{len(made)} bytes where {schema['size']} belong")
        return made

    def _enum(self, schema: Any, data: Any) -> str:
        value = self._string(schema, data)
        if value not in schema["symbols"]:
            raise _Misfit(f"{value} is none of {schema['symbols']}")
        return value

    def _array(self, schema: Any, data: Any) -> list[Any]:
        if not isinstance(data, (list, tuple)):
            raise _Misfit(f"{as_text(data)} is no list")
        return [self.value(schema["items"], each) for each in data]

    def _map(self, schema: Any, data: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            raise _Misfit(f"{as_text(data)} is no map")
        return {str(name): self.value(schema["values"], each) for name, each in data.items()}

    def _nested(self, schema: Any, data: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            raise _Misfit(f"{as_text(data)} is no record")
        return self._record(schema, data)

    def _decimal(self, schema: Any, data: Any) -> Decimal:
        written = data.replace(self.decimal_separator, ".") if isinstance(data, str) else str(data)
        number = Decimal(written)
        scaled = number.quantize(Decimal(1).scaleb(-schema.get("scale", 0)))
        if len(scaled.as_tuple().digits) > schema.get("precision", 38) and scaled:
            raise _Misfit(f"{written} has more than {schema.get('precision')} digits")
        return scaled

    def _uuid(self, _schema: Any, data: Any) -> str:
        return str(uuid.UUID(as_text(data)))

    def _date(self, _schema: Any, data: Any) -> dt.date:
        if isinstance(data, dt.datetime):
            return data.date()
        if isinstance(data, dt.date):
            return data
        if isinstance(data, int):
            return (_EPOCH + dt.timedelta(days=data)).date()
        return self._parsed(data, self.date_format).date()

    def _time(self, schema: Any, data: Any) -> dt.time:
        if isinstance(data, dt.datetime):
            return data.time()
        if isinstance(data, dt.time):
            return data.replace(tzinfo=None)
        if isinstance(data, int):
            return (_EPOCH + dt.timedelta(microseconds=data * _unit(schema))).time()
        return dt.time.fromisoformat(data) if self.time_format.startswith("HH:mm[") else self._clock(data)

    def _clock(self, data: str) -> dt.time:
        return self._parsed(f"1970-01-01 {data}", f"yyyy-MM-dd {self.time_format}").time()

    def _moment(self, schema: Any, data: Any) -> dt.datetime:
        if isinstance(data, str) and data.removeprefix("-").isdigit():
            data = int(data)
        if isinstance(data, int) and not isinstance(data, bool):
            return _EPOCH + dt.timedelta(microseconds=data * _unit(schema))
        if isinstance(data, str):
            return self._parsed(data, self.datetime_format)
        if isinstance(data, dt.datetime):
            return data if data.tzinfo is not None else self._placed(data)
        if isinstance(data, dt.date):
            return self._placed(dt.datetime.combine(data, dt.time()))
        raise _Misfit(f"{as_text(data)} is no moment")

    def _local(self, schema: Any, data: Any) -> dt.datetime:
        if isinstance(data, dt.datetime) and data.tzinfo is None:
            return data
        shown = java_zone(self.zone_name)
        moment = self._moment(schema, data).astimezone(dt.UTC).replace(tzinfo=None)
        return moment + shown.offset_at(moment)

    def _placed(self, local: dt.datetime) -> dt.datetime:
        return java_zone(self.zone_name).to_utc(local).replace(tzinfo=dt.UTC)

    def _parsed(self, written: str, pattern: str) -> dt.datetime:
        moment = parse_by_pattern(written, pattern, java_zone(self.zone_name), None)
        if pattern == self.date_format:
            return moment.local.replace(microsecond=moment.nanos // 1000, tzinfo=dt.UTC)
        if pattern != self.datetime_format:
            return moment.local.replace(microsecond=moment.nanos // 1000)
        return moment.utc.replace(microsecond=moment.nanos // 1000, tzinfo=dt.UTC)


def _unit(schema: Any) -> int:
    return 1 if schema["logicalType"].endswith("micros") else 1000


def _kind(schema: Any) -> str:
    kind = schema["type"] if isinstance(schema, dict) else schema
    if not isinstance(kind, str) or kind not in _KINDS:
        raise _Misfit(f"unknown Avro type {kind}")
    return kind


_KINDS: dict[str, Any] = {
    "null": Conversion._null,  # noqa: SLF001
    "int": Conversion._whole,  # noqa: SLF001
    "long": Conversion._whole,  # noqa: SLF001
    "float": Conversion._float,  # noqa: SLF001
    "double": Conversion._float,  # noqa: SLF001
    "boolean": Conversion._boolean,  # noqa: SLF001
    "string": Conversion._string,  # noqa: SLF001
    "bytes": Conversion._bytes,  # noqa: SLF001
    "fixed": Conversion._bytes,  # noqa: SLF001
    "enum": Conversion._enum,  # noqa: SLF001
    "array": Conversion._array,  # noqa: SLF001
    "map": Conversion._map,  # noqa: SLF001
    "record": Conversion._nested,  # noqa: SLF001
}
_LOGICAL: dict[str, Any] = {
    "decimal": Conversion._decimal,  # noqa: SLF001
    "uuid": Conversion._uuid,  # noqa: SLF001
    "date": Conversion._date,  # noqa: SLF001
    "time-millis": Conversion._time,  # noqa: SLF001
    "time-micros": Conversion._time,  # noqa: SLF001
    "timestamp-millis": Conversion._moment,  # noqa: SLF001
    "timestamp-micros": Conversion._moment,  # noqa: SLF001
    "local-timestamp-millis": Conversion._local,  # noqa: SLF001
    "local-timestamp-micros": Conversion._local,  # noqa: SLF001
}


async def read_conversion(context: TaskContext) -> Conversion:
    """The conversion that a task's properties ask for."""

    async def words(name: str, default: tuple[str, ...]) -> frozenset[str]:
        given = await items(context, name)
        return frozenset(each.lower() for each in (default if given is None else map(as_text, given)))

    return Conversion(
        true_values=await words("trueValues", _TRUE),
        false_values=await words("falseValues", _FALSE),
        null_values=await words("nullValues", _NULL),
        date_format=await text(context, "dateFormat") or "yyyy-MM-dd[XXX]",
        time_format=await text(context, "timeFormat") or "HH:mm[:ss][.SSSSSS][XXX]",
        datetime_format=await text(context, "datetimeFormat") or "yyyy-MM-dd'T'HH:mm[:ss][.SSSSSS][XXX]",
        decimal_separator=await text(context, "decimalSeparator") or ".",
        strict=await flag(context, "strictSchema", default=False),
        infers_all=await flag(context, "inferAllFields", default=False),
        zone_name=await text(context, "timeZoneId") or "UTC",
        on_bad=(await text(context, "onBadLines", "ERROR") or "ERROR").upper(),
        context=context,
    )
