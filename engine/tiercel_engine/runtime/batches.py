"""The first and the last of a ForEachItem's own tasks: cutting a file into batches, gathering outputs."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import anyio.to_thread

from tiercel_engine.storage import Storage
from tiercel_engine.storage.ion_rows import write_rows
from tiercel_engine.storage.layout import uri_of
from tiercel_engine.tasks.api import TaskContext, TaskResult, find_task_type, task_type
from tiercel_engine.tasks.working_files import store_file

_TYPE = "io.kestra.plugin.core.flow.ForEachItem$ForEachItem"


@task_type(_TYPE + "Split")
class SplitItems:
    """Stores each batch, and a file with their URIs."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `splits`: a file with a URI a line."""
        split = find_task_type("io.kestra.plugin.core.storage.Split")
        assert split is not None
        batch = context.properties.get("batch")
        settings = dict(batch) if isinstance(batch, Mapping) else {}
        if not any(name in settings for name in ("rows", "bytes", "partitions", "regexPattern")):
            settings["rows"] = 1
        made = await split().run(context.with_properties({"from": context.properties.get("items"), **settings}))
        content = "\n".join(made.outputs["uris"]).encode()
        return TaskResult({"splits": await store_file(context, content, "splits.txt")})


@task_type(_TYPE + "MergeOutputs")
class MergeOutputs:
    """Joins the outputs of all batches in one file."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `subflowOutputs`: a file with the outputs of a batch a line; nothing for no batches."""
        items = _outputs_of_items(context)
        base = items.get("subflowOutputsBaseUri")
        if not isinstance(base, str):
            return TaskResult()
        content = await anyio.to_thread.run_sync(_joined, context.storage, base, int(items["numberOfBatches"]))
        return TaskResult({"subflowOutputs": await store_file(context, content, "outputs.ion")})


def _joined(storage: Storage, base: str, count: int) -> bytes:
    places = (f"{base.lstrip('/')}/{index}/outputs.ion" for index in range(count))
    return b"".join(storage.read_bytes(uri_of(place)) for place in places if storage.exists(uri_of(place)))


def _outputs_of_items(context: TaskContext) -> Mapping[str, Any]:
    """The outputs of the task before, below the values of the loops around."""
    found: Any = context.variables["outputs"].get(context.task.id.removesuffix("_merge") + "_items", {})
    for parent in reversed(context.variables["parents"]):
        value = parent.get("taskrun", {}).get("value")
        if value is not None and isinstance(found, Mapping):
            found = found.get(value, {})
    return found if isinstance(found, Mapping) else {}


def keep_outputs(storage: Storage, folder: str, index: int, outputs: Mapping[str, Any]) -> None:
    """Keep the outputs of one batch's subflow for the merge."""
    sink = BytesIO()
    write_rows([dict(outputs)], sink, binary=False)
    storage.put(f"{folder}/{index}/outputs.ion", sink.getvalue())
