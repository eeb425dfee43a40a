"""Ion read into plain values."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from tiercel_engine.expressions.limits import MAX_RANGE


class IonError(ValueError):
    """Content that is no Ion."""


def read_ion(content: str | bytes) -> list[Any]:
    """The rows of Ion text or binary Ion. Raises IonError."""
    from amazon.ion import simpleion  # type: ignore[import-untyped]
    from amazon.ion.exceptions import IonException  # type: ignore[import-untyped]

    try:
        rows = simpleion.loads(content, single_value=False)
        if len(rows) > MAX_RANGE:
            raise IonError("There are too many rows")
        return [_plain(row) for row in rows]
    except (IonException, ValueError, TypeError, EOFError, RecursionError) as error:
        raise IonError(str(error)) from None


def _plain(value: Any) -> Any:  # noqa: PLR0911 - a table by type
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
        return dt.datetime.fromisoformat(value.isoformat())
    if isinstance(value, SymbolToken):
        return value.text
    if isinstance(value, bytes):
        return bytes(value)
    if isinstance(value, str):
        return str(value)
    if hasattr(value, "items"):
        return {str(name): _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value]
