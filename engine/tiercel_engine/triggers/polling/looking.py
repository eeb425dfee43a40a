"""One look of a polling trigger: its task is run by itself, for an execution that may or may not follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tiercel_engine.core.ids import derived_id
from tiercel_engine.runtime.directories import Directory
from tiercel_engine.runtime.rendering import TaskRendering
from tiercel_engine.runtime.request import Surroundings
from tiercel_engine.tasks.api import LogLevel, MetricKind, TaskContext, TaskFailure, find_task_type
from tiercel_engine.triggers.polling.registry import Kind, Looked, Sighting
from tiercel_engine.triggers.seeing import sight_of
from tiercel_schemas.model import Flow, FlowError, read_flow
from tiercel_schemas.model.trigger import Trigger


@dataclass(slots=True)
class _Sink:
    """Takes what the task tells."""

    say: Callable[[str, str], None]
    gathered: dict[str, Any] = field(default_factory=dict)

    def log(self, level: LogLevel, message: str) -> None:
        """A log entry."""
        self.say(level, message)

    def metric(
        self, kind: MetricKind, name: str, value: float | timedelta, tags: Mapping[str, str] | None = None
    ) -> None:
        """A measure, which nobody keeps."""

    def outputs(self, values: Mapping[str, Any]) -> None:
        """Outputs."""
        self.gathered.update(values)


@dataclass(frozen=True, slots=True)
class Look:
    """Which trigger looks, and what it has seen before; `execution_id` owns the files that the task stores."""

    flow: Flow
    trigger: Trigger
    kind: Kind
    seen: Mapping[str, Any]
    execution_id: str


async def look(wanted: Look, surroundings: Surroundings, say: Callable[[str, str], None]) -> Sighting:
    """Look once; raises `TaskFailure`, `RenderError`, and whatever else the task throws."""
    flow, written = wanted.flow, wanted.trigger.properties
    found = find_task_type(wanted.kind.task)
    if found is None:
        raise TaskFailure(f"Invalid type: {wanted.kind.task}")
    sight, sink, directory = sight_of(flow, surroundings), _Sink(say), Directory()
    try:
        source = {
            "id": flow.id,
            "namespace": flow.namespace,
            "tasks": [{**wanted.kind.properties(written), "id": wanted.trigger.id, "type": wanted.kind.task}],
        }
        task = read_flow(source, flow.version).tasks[0]
    except FlowError as error:
        raise TaskFailure("; ".join(str(each) for each in error.problems)) from error
    context = TaskContext(
        task=task,
        version=flow.version,
        namespace=flow.namespace,
        flow_id=flow.id,
        execution_id=wanted.execution_id,
        task_run_id=derived_id(wanted.execution_id, 0),
        attempt=0,
        variables=sight.context,
        services=surroundings.services,
        rendering=TaskRendering(sight.renderer, sight.context),
        sink=sink,
        open_working_directory=directory.path,
    )
    try:
        result = await found().run(context)
    finally:
        await directory.remove_own()
    outputs = {name: value for name, value in {**sink.gathered, **result.outputs}.items() if value is not None}

    def render(template: str, more: Mapping[str, Any]) -> str:
        return sight.renderer.render(template, {**sight.context, **more})

    return wanted.kind.judge(Looked(written, outputs, wanted.seen, surroundings.clock(), render))
