"""Rows of Amazon Ion and JSON: read from files of records, one value after another, and written back.

The Ion library is imported on first use: most runs never need it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

_BINARY_MARK = b"\xe0\x01\x00\xea"


class NotIon(ValueError):  # noqa: N818
    """A text or a file that is no Ion; its text is the complaint."""


def parse_ion(text: str) -> Any:
    """The first value of an Ion text as plain data; raises `NotIon`."""
    values = list(_values(text.encode()))
    return values[0] if values else None


def read_rows(path: Path) -> Iterator[Any]:
    """The values of a file of records, as plain data: Ion (text or binary) or JSON lines; raises `NotIon`."""
    with path.open("rb") as source:
        head = source.read(4)
        source.seek(0)
        if head == _BINARY_MARK:
            yield from _values(source.read())
            return
        for line in source:
            if line.strip():
                yield _row(line)


def write_rows(rows: Iterable[Any], sink: BinaryIO, *, binary: bool) -> int:
    """Write values one after another, as binary Ion or a line of text each; returns how many."""
    from amazon.ion import simpleion

    count = 0
    if binary:
        values = [_to_ion(row) for row in rows]
        simpleion.dump(values, sink, binary=True, sequence_as_stream=True)
        return len(values)
    for row in rows:
        text = simpleion.dumps(_to_ion(row), binary=False, omit_version_marker=True)
        sink.write(text.encode() + b"\n")
        count += 1
    return count


def _row(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        values = list(_values(line))
        return values[0] if len(values) == 1 else values


def _values(data: bytes) -> Iterator[Any]:
    from amazon.ion import simpleion
    from amazon.ion.exceptions import IonException

    try:
        values = simpleion.loads(data, single_value=False)
    except (IonException, ValueError, EOFError) as error:
        raise NotIon(f"Invalid Ion: {error}") from error
    for value in values:
        yield _plain(value)


def _plain(value: Any) -> Any:
    from amazon.ion.simple_types import IonPyNull

    if isinstance(value, IonPyNull):
        return None
    if hasattr(value, "items"):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)) and not hasattr(value, "text"):
        return [_plain(inner) for inner in value]
    return _plain_scalar(value)


def _plain_scalar(value: Any) -> Any:
    if hasattr(value, "text") and not isinstance(value, str):
        return str(value.text)
    if isinstance(value, datetime):
        return datetime.fromisoformat(value.isoformat())
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    for kind in (bool, int, float, Decimal, str):
        if isinstance(value, kind):
            if kind is int and type(value).__name__ == "IonPyBool":
                return bool(value)
            return kind(value)
    return str(value)


def _to_ion(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _to_ion(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_to_ion(inner) for inner in value]
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return value
