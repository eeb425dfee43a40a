"""Working directories: one per attempt, or one for all children of a WorkingDirectory."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio.to_thread

from tiercel_engine.core.effects import CloseDirectory, OpenDirectory
from tiercel_engine.core.events import DirectoryClosed, DirectoryOpened
from tiercel_engine.expressions import RenderError
from tiercel_engine.runtime.folder_cache import folder_cache
from tiercel_engine.runtime.live import Live
from tiercel_engine.tasks.api import TaskFailure

if TYPE_CHECKING:
    from tiercel_engine.runtime.engine import Engine


@dataclass(slots=True)
class Directory:
    """A directory that is made when it is first asked for."""

    made: Path | None = None
    shared: bool = False

    async def path(self) -> Path:
        """Where it is."""
        if self.made is None:
            self.made = Path(await anyio.to_thread.run_sync(tempfile.mkdtemp, None, "tiercel-"))
        return self.made

    async def remove_own(self) -> None:
        """Remove it, unless others still use it."""
        if self.made is not None and not self.shared:
            await anyio.to_thread.run_sync(_remove, self.made)


def _remove(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)


def remove_left(live: Live) -> None:
    """Remove the shared directories that a kill has left behind."""
    while live.directories:
        _remove(live.directories.popitem()[1])


def shared_directory(live: Live, task_run_id: str | None) -> Directory | None:
    """The directory that a WorkingDirectory lends to its children."""
    if task_run_id is None or task_run_id not in live.directories:
        return None
    return Directory(live.directories[task_run_id], shared=True)


def open_directory(engine: Engine, live: Live, effect: OpenDirectory) -> None:
    """Make the directory and put the files in it that are asked for."""
    engine.group.start_soon(_open, engine, live, effect.task_run_id)


async def _open(engine: Engine, live: Live, run_id: str) -> None:
    from tiercel_engine.tasks.working_files import prepare_working_files

    directory = Directory(shared=True)
    error: str | None = None
    path = await directory.path()
    live.directories[run_id] = path
    try:
        context = _context(engine, live, run_id, directory)
        cache = folder_cache(context, live.execution.task_runs[run_id].value)
        if cache is not None and not await cache.restore(path):
            live.caches[run_id] = cache
        await prepare_working_files(context, path)
    except (TaskFailure, RenderError) as failure:
        error = failure.message
    except (OSError, ValueError, zipfile.BadZipFile) as failure:
        error = str(failure)
    if live.finished.is_set():
        remove_left(live)
        return
    engine.post(live.execution.id, DirectoryOpened(engine.now(), run_id, error))


def close_directory(engine: Engine, live: Live, effect: CloseDirectory) -> None:
    """Collect the files that are asked for and remove the directory."""
    engine.group.start_soon(_close, engine, live, effect.task_run_id)


async def _close(engine: Engine, live: Live, run_id: str) -> None:
    from tiercel_engine.tasks.working_files import collect_output_files

    path = live.directories.pop(run_id)
    context = _context(engine, live, run_id, Directory(path, shared=True))
    outputs: dict[str, Any] = {}
    error: str | None = None
    try:
        if (cache := live.caches.pop(run_id, None)) is not None:
            await cache.keep(path)
        if context.properties.get("outputFiles") is not None:
            outputs = {"outputFiles": await collect_output_files(context, path)}
    except (TaskFailure, RenderError) as failure:
        error = failure.message
    except OSError as failure:
        error = str(failure)
    finally:
        await anyio.to_thread.run_sync(_remove, path)
    engine.post(live.execution.id, DirectoryClosed(engine.now(), run_id, outputs, error))


def _context(engine: Engine, live: Live, run_id: str, directory: Directory) -> Any:
    from tiercel_engine.runtime.workers import RunSink, task_context_of

    run = live.execution.task_runs[run_id]
    return task_context_of(engine, live, run, 0, RunSink(engine, live, run_id, 0, None), directory)


def store_iteration_outputs(engine: Engine, live: Live, outputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Put the outputs of an iteration in a file of the Loop's; gives `{uri}`."""
    from io import BytesIO

    from tiercel_engine.storage.ion_rows import write_rows
    from tiercel_engine.storage.layout import task_run_path

    execution = live.execution
    assert execution.loop_run is not None
    assert live.caller is not None
    sink = BytesIO()
    write_rows([dict(outputs)], sink, binary=True)
    folder = task_run_path(
        execution.flow.namespace,
        execution.flow.id,
        live.caller.execution_id,
        execution.loop_run.task_id,
        live.caller.task_run_id,
    )
    name = f"{folder}/{execution.loop_run.index}/outputs.ion"
    return {"uri": engine.surroundings.services.storage.put(name, sink.getvalue())}
