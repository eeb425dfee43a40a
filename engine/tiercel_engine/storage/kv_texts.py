"""Values of the KV store as a command line takes and shows them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tiercel_engine.storage.kv import KvEntry, KvType
from tiercel_schemas.model.durations import format_duration, parse_duration

_TRUTHS = {"true": True, "false": False}


class NotOfTypeError(ValueError):
    """A text that is no value of a type; its text says what is wanted."""


def read_kv_text(text: str, kind: KvType) -> Any:
    """The value of a text; raises `NotOfTypeError`."""
    try:
        return _read(text, kind)
    except (ValueError, RecursionError) as error:
        raise NotOfTypeError(f"`{text}` is no {kind} value: {_WANTED[kind]}") from error


def show_kv_value(entry: KvEntry) -> str:
    """The text of a value, which `read_kv_text` reads again."""
    plain = kv_json_value(entry)
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


def kv_json_value(entry: KvEntry) -> Any:
    """The value as JSON has it: dates, moments and durations are texts."""
    value = entry.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return format_duration(value) if isinstance(value, timedelta) else value


def _read(text: str, kind: KvType) -> Any:
    match kind:
        case KvType.NUMBER:
            return _number(text)
        case KvType.BOOLEAN:
            if text.lower() not in _TRUTHS:
                raise ValueError(text)
            return _TRUTHS[text.lower()]
        case KvType.JSON:
            return json.loads(text)
        case KvType.DURATION:
            return parse_duration(text)
        case KvType.DATE:
            return date.fromisoformat(text)
        case KvType.DATETIME:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                raise ValueError(text)
            return moment
        case _:
            return text


def _number(text: str) -> int | float:
    number = json.loads(text, parse_constant=lambda _: None)
    if type(number) not in (int, float):
        raise NotOfTypeError(text)
    return int(number) if isinstance(number, int) else float(number)


_WANTED = {
    KvType.STRING: "any text will do",
    KvType.NUMBER: "a number is wanted, such as 3 or 1.5",
    KvType.BOOLEAN: "true or false is wanted",
    KvType.JSON: "JSON is wanted, with its quotes",
    KvType.DURATION: "an ISO 8601 duration is wanted, such as PT1H or P3D",
    KvType.DATE: "a date is wanted, such as 2026-01-31",
    KvType.DATETIME: "a moment with its zone is wanted, such as 2026-01-31T10:00:00Z",
}
