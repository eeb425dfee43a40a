"""Files of records: Ion (text or binary) and JSON lines read row by row, and Ion written back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from tiercel_engine.expressions.ion_reading import IonError, read_ion
from tiercel_engine.expressions.ion_text import ion_text

_BINARY_MARK = b"\xe0\x01\x00\xea"


class NotIon(ValueError):  # noqa: N818
    """A text or a file that is no Ion; its text is the complaint."""


def parse_ion(text: str) -> Any:
    """The first value of an Ion text as plain data, None for an empty one; raises `NotIon`."""
    return next(iter(_values(text)), None)


def read_rows(path: Path) -> Iterator[Any]:
    """The values of a file of records, as plain data; raises `NotIon`."""
    with path.open("rb") as source:
        head = source.read(len(_BINARY_MARK))
        source.seek(0)
        if head == _BINARY_MARK:
            yield from _values(source.read())
            return
        for line in source:
            if line.strip():
                yield from _row(line)


def write_rows(rows: Iterable[Any], sink: BinaryIO, *, binary: bool) -> None:
    """Write values one after another, as binary Ion or a line of text each."""
    if not binary:
        sink.writelines(ion_text(row).encode() + b"\n" for row in rows)
        return
    from amazon.ion import simpleion  # type: ignore[import-untyped]

    simpleion.dump([_storable(row) for row in rows], sink, binary=True, sequence_as_stream=True)


def _row(line: bytes) -> list[Any]:
    try:
        return [json.loads(line)]
    except ValueError:
        return _values(line)


def _values(content: str | bytes) -> list[Any]:
    try:
        return read_ion(content)
    except IonError as error:
        raise NotIon(f"Invalid Ion: {error}") from error


def _storable(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _storable(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_storable(inner) for inner in value]
    # Ion has instants, but no dates without a time.
    return value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value
