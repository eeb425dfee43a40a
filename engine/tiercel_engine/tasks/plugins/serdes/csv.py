"""CSV."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiercel_engine.expressions.texts import java_text
from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.plugins.record_files import counted, java_time_text, read_records
from tiercel_engine.tasks.plugins.serdes.conversion import charset, from_file, java_formatted, to_ion, zone
from tiercel_engine.tasks.properties import flag, text, whole

_PLACE = "io.kestra.plugin.serdes.csv."
_NUMBER = re.compile(r"[+-]?[0-9]*\.?[0-9]*")
_NULL = "\\N"
_LONGEST_FIELD = 16_777_216


@dataclass(frozen=True, slots=True)
class _Reading:
    """How a file is read, and who hears of bad lines."""

    charset: str
    separator: str
    quote: str
    header: bool
    skip_rows: int
    skip_empty: bool
    on_bad: str
    renames: bool
    longest: int
    strict_quotes: bool
    context: TaskContext

    def rows(self, file: Path) -> Iterator[Any]:
        """The records: maps by the header, or lists without one."""
        with file.open(encoding="utf-8-sig" if self.charset == "utf-8" else self.charset, newline="") as source:
            yield from self._records(self._parsed(source))

    def _parsed(self, source: Iterable[str]) -> Iterator[list[str]]:
        csv.field_size_limit(self.longest)
        parser = csv.reader(source, delimiter=self.separator, quotechar=self.quote, strict=self.strict_quotes)
        while True:
            try:
                record = next(parser, None)
            except csv.Error as error:
                self._bad(f"Bad line encountered (skipped): {error}", error)
                return
            if record is None:
                return
            if record or not self.skip_empty:
                yield record or [""]

    def _records(self, lines: Iterator[list[str]]) -> Iterator[Any]:
        if not self.header:
            for skipped, line in enumerate(lines):
                if skipped >= self.skip_rows:
                    yield [_value(field) for field in line]
            return
        names = next(lines, None)
        if names is None:
            return
        kept = self._kept(names)
        for skipped, line in enumerate(lines):
            if skipped < self.skip_rows:
                continue
            if len(line) != len(names):
                found = f"Expected {len(names)}, got {len(line)} fields."
                self._bad(f"Bad line encountered (field count mismatch): {found}", None)
                continue
            yield {name: _value(field) for name, field in zip(kept, line, strict=False)}

    def _bad(self, message: str, cause: Exception | None) -> None:
        if self.on_bad == "ERROR":
            raise TaskFailure(message) from cause
        if self.on_bad == "WARN":
            self.context.log("WARN", message)

    def _kept(self, names: list[str]) -> list[str]:
        if self.renames:
            return _named(names)
        named = [index for index, name in enumerate(names) if name]
        kept = names[: named[-1] + 1] if named else names
        if len(kept) < len(names):
            dropped = len(names) - len(kept)
            self.context.log(
                "WARN", f"Dropped {dropped} trailing columns without a name; onEmptyHeader=RENAME keeps them"
            )
        if len(set(kept)) < len(kept):
            self.context.log("WARN", "Columns of one name share it: the last one's values are kept")
        return kept


def _named(names: list[str]) -> list[str]:
    taken, found = set(names), []
    for index, name in enumerate(names):
        chosen, attempt = name or f"col_{index}", 1
        while not name and chosen in taken:
            attempt += 1
            chosen = f"col_{index}_{attempt}"
        taken.add(chosen)
        found.append(chosen)
    return found


def _value(field: str) -> str | None:
    return None if field == _NULL else field


@task_type(_PLACE + "CsvToIon")
class CsvToIon:
    """Reads CSV as rows of text."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri` and `size`; raises `TaskFailure` for a bad line unless `onBadLines` says otherwise."""
        reading = _Reading(
            charset=await charset(context),
            separator=await _character(context, "fieldSeparator", ","),
            quote=await _character(context, "textDelimiter", '"'),
            header=await flag(context, "header", default=True),
            skip_rows=await whole(context, "skipRows") or 0,
            skip_empty=await flag(context, "skipEmptyRows", default=False),
            on_bad=(await text(context, "onBadLines", "ERROR") or "ERROR").upper(),
            renames=(await text(context, "onEmptyHeader", "DROP") or "DROP").upper() == "RENAME",
            longest=min(await whole(context, "maxFieldSize") or _LONGEST_FIELD, 2**31 - 1),
            strict_quotes=not await flag(context, "allowExtraCharsAfterClosingQuote", default=False),
            context=context,
        )
        return await to_ion(context, reading.rows)


async def _character(context: TaskContext, name: str, default: str) -> str:
    value = await text(context, name, default) or default
    value = {"\\t": "\t", "\\n": "\n"}.get(value, value)
    if len(value) != 1:
        raise TaskFailure(f"Property '{name}' has to be one character: '{value}'")
    return value


@dataclass(frozen=True, slots=True)
class _Writing:
    """How records are written."""

    charset: str
    separator: str
    quote: str
    line_end: str
    header: bool
    quotes: str
    date_format: str
    time_format: str
    date_time_format: str
    zone: dt.tzinfo | None

    def write(self, source: Path, target: Path) -> int:
        """Write the rows of an Ion file; their number."""
        count, first = [0], True
        with target.open("w", encoding=self.charset, newline="", errors="replace") as sink:
            for row in counted(read_records(source), count):
                if isinstance(row, dict):
                    if first and self.header:
                        sink.write(self._line(list(row)))
                    first = False
                    sink.write(self._line(list(row.values())))
                elif isinstance(row, list):
                    if self.header:
                        raise TaskFailure("Invalid data of type List with header")
                    sink.write(self._line(row))
        return count[0]

    def _line(self, values: list[Any]) -> str:
        return self.separator.join(map(self._field, values)) + self.line_end

    def _field(self, value: Any) -> str:
        if value is None:
            return self.quote * 2 if self.quotes == "ALWAYS" else ""
        written = self._text(value)
        if self.quotes == "ALWAYS" or self._needs_quotes(written):
            return self.quote + written.replace(self.quote, self.quote * 2) + self.quote
        return written

    def _needs_quotes(self, written: str) -> bool:
        if self.quotes == "NON_NUMERIC" and not (written.strip("+-") and _NUMBER.fullmatch(written)):
            return True
        return any(sign in written for sign in (self.separator, self.quote, "\n", "\r"))

    def _text(self, value: Any) -> str:
        if isinstance(value, dt.datetime):
            # Instants and times without a zone are shown in UTC, the others where they belong or in timeZoneId.
            target = dt.UTC if value.tzinfo is dt.UTC else self.zone
            return java_formatted(value, self.date_time_format, target)
        if isinstance(value, dt.date):
            return java_formatted(value, self.date_format, None)
        if isinstance(value, dt.time):
            return java_formatted(value, self.time_format, None)
        return java_text(_shown(value))


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shown(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_shown(inner) for inner in value]
    return java_time_text(value) if isinstance(value, (dt.datetime, dt.time)) else value


@task_type(_PLACE + "IonToCsv")
class IonToCsv:
    """Writes rows as CSV."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri` and `size`; raises `TaskFailure` for lists with a header."""
        always = await flag(context, "alwaysDelimitText", default=False)
        writing = _Writing(
            charset=await charset(context),
            separator=await _character(context, "fieldSeparator", ","),
            quote=await _character(context, "textDelimiter", '"'),
            line_end=(await text(context, "lineDelimiter", "\n") or "\n").replace("\\r", "\r").replace("\\n", "\n"),
            header=await flag(context, "header", default=True),
            quotes=(await text(context, "quoteMode") or ("ALWAYS" if always else "REQUIRED")).upper(),
            date_format=await text(context, "dateFormat") or "yyyy-MM-dd",
            time_format=await text(context, "timeFormat") or "HH:mm:ss[XXX]",
            date_time_format=await text(context, "dateTimeFormat") or "yyyy-MM-dd'T'HH:mm:ss.SSS[XXX]",
            zone=await zone(context),
        )
        return await from_file(context, ".csv", writing.write)
