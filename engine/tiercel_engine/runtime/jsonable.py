"""Plain data made ready for JSON."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from tiercel_schemas.model.durations import format_duration


def jsonable(value: Any) -> Any:
    """The value with dates, durations, decimals and the like as text or numbers; null entries of maps stay."""
    if value is None or isinstance(value, str | bool | int):
        return value if type(value) in _EXACT else _base(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(item) for item in value]
    return _scalar(value)


_EXACT = frozenset({str, bool, int, type(None)})


def _base(value: Any) -> Any:
    return str(value) if isinstance(value, str) else int(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, datetime):
        text = value.isoformat(timespec="microseconds")
        return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    return str(value)
