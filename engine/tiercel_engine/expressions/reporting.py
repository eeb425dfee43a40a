"""Values of typed rendering as data for reports."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from tiercel_engine.expressions.texts import double_text, java_text, moment_json
from tiercel_engine.expressions.values import Instant, ZonedDateTime, plain, type_name


def typed_report(value: Any) -> dict[str, Any]:
    """`{type, value}` in JSON types: the name of the Java type, and the value unless it is null.

    As in Kestra's JSON, null entries of maps are left out and odd doubles are text.
    """
    report: dict[str, Any] = {"type": type_name(value)}
    if value is not None:
        report["value"] = reported(value)
    return report


def reported(value: Any) -> Any:
    """A value in JSON types."""
    return _reported(plain(value))


def _reported(value: Any) -> Any:
    if isinstance(value, dict):
        return {java_text(key): _reported(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_reported(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return double_text(value)
    if isinstance(value, Instant | ZonedDateTime):
        return moment_json(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and "." not in str(value) else float(value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return java_text(value)
