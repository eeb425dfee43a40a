"""Excel workbooks."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from tiercel_engine.expressions.texts import double_text
from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.plugins.record_files import (
    counted,
    in_thread,
    read_records,
    source_file,
    store_made,
    write_records,
)
from tiercel_engine.tasks.plugins.serdes.conversion import EXCEL, counted_result, zone
from tiercel_engine.tasks.properties import as_text, flag, items, text, whole
from tiercel_engine.tasks.working_files import local_file

_PLACE = "io.kestra.plugin.serdes.excel."
LARGEST = 2 * 1024**3
"""Bytes that a workbook may have when unpacked."""
_FORMULA = "Formula:"


@task_type(_PLACE + "ExcelToIon", needs=EXCEL)
class ExcelToIon:
    """Reads each sheet of a workbook into a file of its own."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uris` by sheet and `size`, the rows of all; raises `TaskFailure` for what is no workbook."""
        source = await source_file(context)
        wanted = [as_text(title) for title in await items(context, "sheetsTitle") or []]
        header = await flag(context, "header", default=True)
        skip = await whole(context, "skipRows") or 0
        rendering = (
            (await text(context, "valueRender") or "UNFORMATTED_VALUE").upper(),
            (await text(context, "dateTimeRender") or "UNFORMATTED_VALUE").upper(),
        )
        book = await in_thread(lambda: _opened(source))
        context.metric("counter", "sheets", float(len(book.sheetnames)))
        uris, total = {}, 0
        try:
            for sheet in book.worksheets:
                if wanted and sheet.title not in wanted:
                    continue
                rows = _rows(sheet, header, skip, rendering)
                uri, size = await store_made(
                    context,
                    ".ion",
                    lambda target, rows=rows: write_records(rows, target, context.version),  # type: ignore[misc]
                )
                uris[sheet.title], total = uri, total + size
        finally:
            book.close()
        return TaskResult({"uris": uris, "size": total})


def _opened(file: Path) -> Any:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(file) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > LARGEST:
                raise TaskFailure(f"The workbook unpacks to more than {LARGEST} bytes")
        return load_workbook(file, read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise TaskFailure(f"This is no Excel workbook (.xlsx): {error}") from error


def _rows(sheet: Any, header: bool, skip: int, rendering: tuple[str, str]) -> Iterator[Any]:  # noqa: FBT001
    lines = sheet.iter_rows()
    names: list[str] = []
    if header:
        line = next(lines, None)
        for _ in range(skip):
            line = next(lines, line)
        for index, cell in enumerate(line or ()):
            value = _value(cell, rendering)
            name = f"Column{index}" if value is None else value if isinstance(value, str) else as_text(value)
            names.append(name)
    for number, line in enumerate(lines):
        if not header and 0 < number <= skip:
            continue
        values = [_value(cell, rendering) for cell in line]
        if names:
            padded = [*values, *[None] * (len(names) - len(values))]
            yield dict(zip(names, padded, strict=False))
        else:
            yield values


def _value(cell: Any, rendering: tuple[str, str]) -> Any:
    values, dates = rendering
    value = cell.value
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return _date(value, cell.number_format, dates)
    if isinstance(value, bool) or value is None:
        return str(value).upper() if values == "FORMATTED_VALUE" and value is not None else value
    if isinstance(value, (int, float)):
        if values == "FORMATTED_VALUE":
            shown = double_text(float(value))
            return shown.removesuffix(".0")
        return float(value)
    return None if isinstance(value, str) and cell.data_type == "e" else value


def _date(value: Any, number_format: str, dates: str) -> Any:
    from openpyxl.utils.datetime import to_excel

    if dates == "SERIAL_NUMBER":
        return float(to_excel(value))  # type: ignore[no-untyped-call]
    if dates == "FORMATTED_STRING":
        return _formatted(value, number_format)
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return value.isoformat()


def _formatted(value: Any, number_format: str) -> str:
    pattern = _NOT_SHOWN.sub("", number_format.lower())
    parts = _LETTERS.split(pattern)
    shown = []
    for place, part in enumerate(parts):
        if place % 2 == 0:
            shown.append(part.replace('"', "").replace("\\", ""))
            continue
        around = [*parts[place - 2 : place : 2], *parts[place + 2 : place + 3]]
        # `m` is a minute behind hours or before seconds, and else a month.
        minute = part in {"m", "mm"} and ((place > 1 and around[0][0] == "h") or around[-1][:1] == "s")
        directive = ("%M" if minute else _DIRECTIVES.get(part, "")) or _DIRECTIVES.get(part[0] * 2, "")
        text_ = value.strftime(directive)
        shown.append(str(int(text_)) if len(part) == 1 and text_.isdigit() else text_)
    return "".join(shown)


_NOT_SHOWN = re.compile(r"\[[^\]]*\]|;.*")
_LETTERS = re.compile(r"(y+|m+|d+|h+|s+)")
_DIRECTIVES = {
    "yyyy": "%Y", "yy": "%y", "mmmm": "%B", "mmm": "%b", "mm": "%m", "dddd": "%A", "ddd": "%a", "dd": "%d",
    "hh": "%H", "ss": "%S",
}  # fmt: skip


@task_type(_PLACE + "IonToExcel", needs=EXCEL)
class IonToExcel:
    """Writes rows as a sheet, or each file of a map as a sheet of its name."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri` and `size`; raises `TaskFailure` for lists with a header."""
        written = context.properties.get("from")
        if isinstance(written, dict):
            rendered = await context.render_value(written)
            sheets = {str(title): local_file(context, as_text(uri)) for title, uri in rendered.items()}
        else:
            sheets = {await text(context, "sheetsTitle", "Sheet") or "Sheet": await source_file(context)}
        header = await flag(context, "header", default=True)
        number_format = await text(context, "dateFormat") or "yyyy-MM-dd"
        styled = number_format.lower() if await flag(context, "styles", default=True) else None
        target_zone = await zone(context)

        def make(target: Path) -> int:
            from openpyxl import Workbook

            book, total = Workbook(write_only=True), [0]
            for title, file in sheets.items():
                sheet = book.create_sheet(title)
                for line in _lines(counted(read_records(file), total), header=header):
                    sheet.append([_cell(sheet, value, styled, target_zone) for value in line])
            book.save(target)
            return total[0]

        uri, size = await store_made(context, ".xlsx", make)
        return counted_result(context, uri, size)


def _lines(rows: Iterable[Any], *, header: bool) -> Iterator[list[Any]]:
    first = True
    for row in rows:
        if isinstance(row, dict):
            if first and header:
                yield list(row)
            first = False
            yield list(row.values())
        elif isinstance(row, list):
            if header:
                raise TaskFailure("Invalid data of type List with header")
            yield row


def _cell(sheet: Any, value: Any, styled: str | None, target_zone: dt.tzinfo | None) -> Any:
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, dt.datetime) and value.tzinfo is dt.UTC:
        value = value.astimezone(target_zone).date() if target_zone else value.astimezone().replace(tzinfo=None)
    if isinstance(value, (dt.date, dt.datetime)) and getattr(value, "tzinfo", None) is None:
        cell = WriteOnlyCell(sheet, value)  # type: ignore[arg-type]
        if styled is not None:
            cell.number_format = styled
        return cell
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bool) or (isinstance(value, (int, float)) and abs(value) < 2**63):
        return value
    shown = "null" if value is None else as_text(value)
    if shown.startswith(_FORMULA):
        return "=" + shown.removeprefix(_FORMULA).removeprefix("=")
    cell = WriteOnlyCell(sheet, _SHEET_UNWRITABLE.sub("", shown))
    cell.data_type = "s"
    return cell


_SHEET_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
