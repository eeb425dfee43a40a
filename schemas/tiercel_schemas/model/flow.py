"""A flow as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from tiercel_schemas.model.base import Flag, FlowModel, NoneAsEmpty, Text
from tiercel_schemas.model.check import Check
from tiercel_schemas.model.concurrency import Concurrency
from tiercel_schemas.model.flowables import Tasks
from tiercel_schemas.model.inputs import Input
from tiercel_schemas.model.labels import Labels
from tiercel_schemas.model.outputs import Output
from tiercel_schemas.model.retry import Retry
from tiercel_schemas.model.sla import Sla
from tiercel_schemas.model.task import Task
from tiercel_schemas.model.trigger import Trigger
from tiercel_schemas.versions import KestraVersion

FLOW_ID_PATTERN = r"^[a-zA-Z0-9][a-zA-Z0-9._-]*$"
NAMESPACE_PATTERN = r"^[a-z0-9][a-z0-9._-]*$"


class Listener(FlowModel):
    """1.3, deprecated: tasks that run after the end."""

    conditions: Annotated[tuple[Any, ...], NoneAsEmpty] = ()
    tasks: Tasks = ()


class Flow(FlowModel):
    """A flow of one line of the language, valid in itself."""

    id: Text = Field(pattern=FLOW_ID_PATTERN, max_length=100)
    namespace: Text = Field(pattern=NAMESPACE_PATTERN, max_length=150)
    revision: int | None = None
    description: Text | None = None
    labels: Labels = ()
    variables: Annotated[Mapping[Text, Any], BeforeValidator(lambda value: {} if value is None else value)] = Field(
        default_factory=dict
    )
    inputs: Annotated[tuple[Input, ...], NoneAsEmpty] = ()
    outputs: Annotated[tuple[Output, ...], NoneAsEmpty] = ()
    tasks: Tasks = Field(min_length=1)
    errors: Tasks = ()
    finally_: Tasks = Field(default=(), alias="finally")
    after_execution: Tasks = ()
    listeners: Annotated[tuple[Listener, ...], NoneAsEmpty] = ()
    triggers: Annotated[tuple[Trigger, ...], NoneAsEmpty] = ()
    concurrency: Concurrency | None = None
    retry: Retry | None = None
    sla: Annotated[tuple[Sla, ...], NoneAsEmpty] = ()
    checks: Annotated[tuple[Check, ...], NoneAsEmpty] = ()
    disabled: Flag = False
    draft: Flag = False
    version: KestraVersion = KestraVersion.V2_0
    """The line that the flow was read as; not the author's to write."""
    source: Mapping[str, Any] = Field(default_factory=dict, repr=False)
    """The plain data that the flow was read from; `read_flow(flow.source, flow.version)` gives the flow again."""

    def all_tasks(self) -> Iterator[Task]:
        """Every task, in the order written, parents before children, errors and the like after the main list."""
        listened = tuple(task for listener in self.listeners for task in listener.tasks)
        for tasks in (self.tasks, self.errors, self.finally_, self.after_execution, listened):
            for task in tasks:
                yield from _with_descendants(task)


def _with_descendants(task: Task) -> Iterator[Task]:
    yield task
    for _, children in task.child_lists():
        for child in children:
            yield from _with_descendants(child)
