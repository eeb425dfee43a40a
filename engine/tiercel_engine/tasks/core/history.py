"""What core tasks share that reach into the history of executions of this workspace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import anyio.to_thread

from tiercel_engine.inputs.java_time import NotATime, parse_instant
from tiercel_engine.store.history import History, HistoryError
from tiercel_engine.store.purge import Purge, Selection
from tiercel_engine.tasks.api import TaskContext, TaskFailure
from tiercel_engine.tasks.properties import as_text, items, text

HISTORY_FILE = "executions.db"
_T = TypeVar("_T")


def history_path(context: TaskContext) -> Path:
    """Where the workspace keeps its history, whether it is there or not; raises `TaskFailure` where nothing is kept."""
    folder = context.services.state_folder
    if folder is None:
        raise TaskFailure("This run keeps no history")
    return folder / HISTORY_FILE


def purge_of(context: TaskContext) -> Purge:
    """The history of the workspace; raises `TaskFailure` where nothing is kept."""
    return Purge(history_path(context))


async def in_thread(work: Callable[[], _T]) -> _T:
    """Do what waits for the file, so that whoever writes it meanwhile can go on."""
    return await anyio.to_thread.run_sync(work)


async def selection(context: TaskContext) -> Selection:
    """What the properties `namespace`, `flowId`, `executionId`, `states`, `startDate`, `endDate` select."""
    return Selection(
        namespace=await text(context, "namespace"),
        flow_id=await text(context, "flowId"),
        execution_id=await text(context, "executionId"),
        states=[as_text(state).upper() for state in await items(context, "states") or []],
        since=await _moment(context, "startDate"),
        until=await _moment(context, "endDate"),
    )


async def _moment(context: TaskContext, name: str) -> str | None:
    written = await text(context, name)
    if written is None:
        return None
    try:
        nanos = parse_instant(written).nanos
    except NotATime as complaint:
        raise TaskFailure(str(complaint)) from complaint
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=nanos // 1000)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class OpenHistory:
    """The history of the workspace, open for a while beside the process that writes it."""

    def __init__(self, context: TaskContext) -> None:
        self._path = history_path(context)

    def __enter__(self) -> History:
        try:
            self._open = History(self._path)
        except HistoryError as error:
            raise TaskFailure(str(error)) from error
        return self._open

    def __exit__(self, *_: object) -> None:
        self._open.close()
