"""`FilterItems` and `DeduplicateItems`: files of records, sifted by an expression per row."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tiercel_engine.storage.ion_rows import NotIon, read_rows, write_rows
from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.core.storage.files import source, temporary_name
from tiercel_engine.tasks.properties import as_text, is_truthy, text
from tiercel_engine.tasks.working_files import store_file
from tiercel_schemas.versions import KestraVersion


@task_type("io.kestra.plugin.core.storage.FilterItems")
class FilterItems:
    """Keeps or drops the rows for which an expression is truthy."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri`, `processedItemsTotal`, `droppedItemsTotal`."""
        _, path = await source(context, "from")
        condition = as_text(context.properties.get("filterCondition"))
        keeps_matching = (await text(context, "filterType", "INCLUDE") or "").upper() != "EXCLUDE"
        on_error = (await text(context, "errorOrNullBehavior", "FAIL") or "").upper()
        kept, total = [], 0
        for row in _rows(path):
            total += 1
            matches = await self._matches(context, condition, row, on_error)
            if (on_error == "INCLUDE") if matches is None else (matches is keeps_matching):
                kept.append(row)
        uri = await _stored(context, kept)
        return TaskResult({"uri": uri, "processedItemsTotal": total, "droppedItemsTotal": total - len(kept)})

    async def _matches(self, context: TaskContext, condition: str, row: Any, on_error: str) -> bool | None:
        try:
            value = await context.extended(_fields(row)).render_typed(condition)
        except Exception as error:
            if on_error == "FAIL":
                raise TaskFailure(str(error)) from error
            return None
        if value is None:
            if on_error == "FAIL":
                raise TaskFailure(f"Expression `{condition}` return `null` on item `{as_text(row)}`")
            return None
        return is_truthy(value)


@task_type("io.kestra.plugin.core.storage.DeduplicateItems")
class DeduplicateItems:
    """Keeps the last row of each key."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri`, `numKeys`, `processedItemsTotal`, `droppedItemsTotal`."""
        _, path = await source(context, "from")
        expression = as_text(context.properties.get("expr"))
        last: dict[str, Any] = {}
        total = 0
        for row in _rows(path):
            total += 1
            key = await context.extended(_fields(row)).render(expression)
            last.pop(key, None)
            last[key] = row
        uri = await _stored(context, list(last.values()))
        return TaskResult(
            {
                "uri": uri,
                "numKeys": len(last),
                "processedItemsTotal": total,
                "droppedItemsTotal": total - len(last),
            }
        )


def _fields(row: Any) -> Mapping[str, Any]:
    return row if isinstance(row, dict) else {"value": row}


def _rows(path: Path) -> Any:
    try:
        yield from read_rows(path)
    except NotIon as complaint:
        raise TaskFailure(str(complaint)) from complaint


async def _stored(context: TaskContext, rows: list[Any]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows"
        with file.open("wb") as sink:
            write_rows(rows, sink, binary=context.version is not KestraVersion.V1_3)
        return await store_file(context, file, temporary_name(".ion"))
