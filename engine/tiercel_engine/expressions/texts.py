"""The text of values: printed, as Java's `toString`, and as JSON."""

from __future__ import annotations

import base64
import datetime as dt
import math
import re
import struct
from decimal import Decimal
from typing import Any

from tiercel_engine.expressions.errors import LimitError
from tiercel_engine.expressions.limits import MAX_OUTPUT, MAX_PIECES
from tiercel_engine.expressions.values import (
    Instant,
    JavaArray,
    JavaFloat,
    LoopVariables,
    MapEntry,
    ZonedDateTime,
    check_size,
)

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_ESCAPED = re.compile(r'["\\\x00-\x1f]')


def printed(value: Any) -> str:
    """What `{{ value }}` writes: nothing for null, JSON for lists and maps, otherwise Java's text."""
    if isinstance(value, str):
        return str(value)
    if value is None:
        return ""
    if isinstance(value, dict | list | tuple | bytes):
        return json_text(value)
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() else str(value)
    return java_text(value)


def java_text(value: Any) -> str:  # noqa: C901, PLR0911 - a table by type
    """What Java's `toString` gives; `null` for None."""
    match value:
        case str():
            return str(value)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(int(value))
        case float():
            return double_text(value)
        case Decimal():
            return str(value)
        case JavaArray():
            return f"[Ljava.lang.String;@{id(value) & 0xFFFFFFFF:x}"
        case bytes():
            return f"[B@{id(value) & 0xFFFFFFFF:x}"
        case list() | tuple() | dict() | MapEntry():
            check_size(value)
            parts: list[str] = []
            _write_java(value, parts)
            return "".join(parts)
        case ZonedDateTime():
            return value.isoformat(timespec="auto" if value.second or value.microsecond else "minutes")
        case dt.datetime():
            return instant_text(value)
        case dt.date() | dt.time():
            return value.isoformat()
        case dt.timedelta():
            return duration_text(value)
        case _:
            return str(value)


def _write_java(value: Any, parts: list[str]) -> None:
    if len(parts) > MAX_PIECES:
        raise too_large()
    if isinstance(value, dict):
        for index, (key, item) in enumerate(value.items()):
            parts.append(", " if index else "{")
            _write_java(key, parts)
            parts.append("=")
            _write_java(item, parts)
        parts.append("}" if value else "{}")
    elif isinstance(value, MapEntry):
        _write_java(value.key, parts)
        parts.append("=")
        _write_java(value.value, parts)
    elif isinstance(value, list | tuple) and not isinstance(value, JavaArray):
        for index, item in enumerate(value):
            parts.append(", " if index else "[")
            _write_java(item, parts)
        parts.append("]" if value else "[]")
    else:
        parts.append(java_text(value))


def too_large() -> LimitError:
    """The error of text that passes the limit of output."""
    return LimitError(f"The rendered output exceeds the maximum size of {MAX_OUTPUT} characters.")


def double_text(value: float) -> str:
    """Java's text of a Double or Float: `1.0`, `1.0E10`, `Infinity`."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "-0.0" if math.copysign(1, value) < 0 else "0.0"
    sign, digits, exponent = Decimal(_shortest(value)).as_tuple()
    text = "".join(map(str, digits)).rstrip("0") or "0"
    point = len(digits) + int(exponent)  # the decimal point stands behind this many digits
    prefix = "-" if sign else ""
    if -3 < point <= 7:
        if point <= 0:
            return f"{prefix}0.{'0' * -point}{text}"
        text = text.ljust(point, "0")
        return f"{prefix}{text[:point]}.{text[point:] or '0'}"
    return f"{prefix}{text[0]}.{text[1:] or '0'}E{point - 1}"


def _shortest(value: float) -> str:
    """The fewest digits that read back as the same Double or Float."""
    if not isinstance(value, JavaFloat):
        return repr(float(value))
    for precision in range(1, 10):
        text = f"{value:.{precision}g}"
        if struct.pack("f", float(text)) == struct.pack("f", value):
            return text
    return repr(float(value))


def json_text(value: Any, *, keep_null: bool = False) -> str:
    """Compact JSON as Kestra writes it: null entries of maps are left out unless `keep_null`, dates are text."""
    check_size(value)
    parts: list[str] = []
    _write_json(value, parts, keep_null)
    return "".join(parts)


def _write_json(value: Any, parts: list[str], keep_null: bool) -> None:  # noqa: C901, FBT001 - a table by type
    if len(parts) > MAX_PIECES:
        raise too_large()
    if isinstance(value, str):
        parts.append(json_string(value))
    elif isinstance(value, dict):
        separator = "{"
        for key, item in value.items():
            if item is not None or keep_null:
                parts.append(f"{separator}{json_string(java_text(key))}:")
                _write_json(item, parts, keep_null)
                separator = ","
        parts.append("{}" if separator == "{" else "}")
    elif isinstance(value, list | tuple):
        separator = "["
        for item in value:
            parts.append(separator)
            _write_json(item, parts, keep_null)
            separator = ","
        parts.append("[]" if separator == "[" else "]")
    elif isinstance(value, LoopVariables | MapEntry):
        _write_json(value.as_map(), parts, keep_null)
    elif isinstance(value, bytes):
        parts.append(f'"{base64.b64encode(value).decode("ascii")}"')
    elif value is None or isinstance(value, bool | int | Decimal):
        parts.append(java_text(value))
    elif isinstance(value, Instant | ZonedDateTime):
        parts.append(f'"{moment_json(value)}"')
    elif isinstance(value, float):
        text = double_text(value)
        parts.append(text if math.isfinite(value) else f'"{text}"')
    else:
        parts.append(json_string(java_text(value)))


def moment_json(value: dt.datetime) -> str:
    """A moment in Kestra's JSON: in UTC, to the microsecond."""
    return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def json_string(text: str) -> str:
    """A JSON string."""
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    return _ESCAPES.get(character) or f"\\u{ord(character):04X}"


def instant_text(value: dt.datetime) -> str:
    """ISO text of a moment, with as many digits of the second as Java prints: none, 3, 6."""
    text = value.replace(microsecond=0, tzinfo=None).isoformat()
    if value.microsecond:
        fraction = f"{value.microsecond:06d}"
        text += f".{fraction[:3] if fraction.endswith('000') else fraction}"
    offset = value.utcoffset()
    if offset is None:
        return text
    return f"{text}Z" if not offset else f"{text}{value.strftime('%z')[:3]}:{value.strftime('%z')[3:5]}"


def duration_text(value: dt.timedelta) -> str:
    """ISO text of a duration, as Java writes it: `PT1H30M`."""
    seconds = int(value.total_seconds())
    if value == dt.timedelta():
        return "PT0S"
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    micros = f".{value.microseconds:06d}".rstrip("0") if value.microseconds else ""
    parts = [f"{sign}{hours}H" if hours else "", f"{sign}{minutes}M" if minutes else ""]
    parts.append(f"{sign}{rest}{micros}S" if rest or micros else "")
    return f"PT{''.join(parts)}"
