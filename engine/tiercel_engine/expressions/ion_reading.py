"""Ion read into plain values."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tiercel_engine.expressions.limits import MAX_RANGE
from tiercel_engine.expressions.values import Instant, ZonedDateTime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class IonError(ValueError):
    """Content that is no Ion."""


def read_ion(content: str | bytes) -> list[Any]:
    """All rows of Ion text or binary Ion. Raises IonError."""
    return list(ion_rows(content))


def ion_rows(content: str | bytes) -> Iterator[Any]:
    """The rows one by one. Raises IonError when it comes to a fault."""
    from amazon.ion import simpleion  # type: ignore[import-untyped]
    from amazon.ion.exceptions import IonException  # type: ignore[import-untyped]

    stream = io.BytesIO(content.encode("utf-8", "replace") if isinstance(content, str) else content)
    try:
        for index, row in enumerate(simpleion.load(stream, single_value=False, parse_eagerly=False)):
            if index >= MAX_RANGE:
                raise IonError("There are too many rows")
            yield plain_ion(row, _moment)
    except (IonException, ValueError, TypeError, EOFError, RecursionError) as error:
        raise IonError(str(error)) from None


def plain_ion(value: Any, moment: Callable[[Any], Any], text: Callable[[Any], Any] = str) -> Any:  # noqa: PLR0911
    """Plain data for a value of amazon.ion's; `moment` and `text` make something of its timestamps and texts."""
    from amazon.ion.core import IonType  # type: ignore[import-untyped]
    from amazon.ion.symbols import SymbolToken  # type: ignore[import-untyped]

    kind = getattr(value, "ion_type", None)
    if value is None or kind is IonType.NULL or type(value).__name__ == "IonPyNull":
        return None
    if kind is IonType.BOOL or isinstance(value, bool):
        return bool(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, Decimal):
        return Decimal(value)
    if isinstance(value, dt.datetime):
        return moment(value)
    if isinstance(value, SymbolToken):
        return value.text
    if isinstance(value, bytes):
        return bytes(value)
    if isinstance(value, str):
        return text(value)
    if hasattr(value, "items"):
        return {str(name): plain_ion(item, moment, text) for name, item in value.items()}
    return [plain_ion(item, moment, text) for item in value]


def _moment(value: Any) -> dt.date:
    from amazon.ion.core import TimestampPrecision

    if value.precision is not None and value.precision < TimestampPrecision.MINUTE:
        return dt.date(value.year, value.month, value.day)
    millis = value.microsecond // 1000 * 1000
    parts = (value.year, value.month, value.day, value.hour, value.minute, value.second, millis)
    if not value.utcoffset():
        return Instant(*parts, tzinfo=dt.UTC)
    return ZonedDateTime(*parts, tzinfo=value.tzinfo)
