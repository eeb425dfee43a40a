"""Tasks that hold tasks, and the union of all tasks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from tiercel_schemas.model.aliases import canonical_type
from tiercel_schemas.model.base import Flag, FlowModel, NoneAsEmpty, Template, Text
from tiercel_schemas.model.durations import Duration
from tiercel_schemas.model.inputs import Input
from tiercel_schemas.model.outputs import Output
from tiercel_schemas.model.task import CORE, Task


class Flowable(Task):
    """A task whose children the engine runs one by one."""

    errors: Tasks = ()
    finally_: Tasks = Field(default=(), alias="finally")

    child_keys: ClassVar[frozenset[str]] = frozenset({"tasks", "errors", "finally"})

    @property
    def is_flowable(self) -> bool:
        """True."""
        return True

    def child_lists(self) -> tuple[tuple[str, tuple[Task, ...]], ...]:
        """Main lists first, then errors and finally."""
        return (*self.main_lists(), ("errors", self.errors), ("finally", self.finally_))

    def main_lists(self) -> tuple[tuple[str, tuple[Task, ...]], ...]:
        """The lists that may be the task's main work."""
        return ()


class TaskList(Flowable):
    """A flowable with one list of tasks."""

    tasks: Tasks = ()

    def main_lists(self) -> tuple[tuple[str, tuple[Task, ...]], ...]:
        """Its tasks."""
        return (("tasks", self.tasks),)

    @model_validator(mode="after")
    def _not_empty(self) -> TaskList:
        if not self.tasks:
            raise ValueError("The 'tasks' property cannot be empty")
        return self


class Sequential(TaskList):
    """One after another."""


class AllowFailure(TaskList):
    """One after another; a failure inside is a warning outside."""


class Parallel(TaskList):
    """At the same time, at most `concurrent` at once; 0 is no limit."""

    concurrent: Any = 0
    on_child_failure: Template | None = None


class DagTask(FlowModel):
    """A task of a Dag and what it waits for."""

    task: AnyTask
    depends_on: Annotated[tuple[Text, ...], NoneAsEmpty] = ()


class Dag(Flowable):
    """Each as soon as what it depends on has ended."""

    tasks: Annotated[tuple[DagTask, ...], NoneAsEmpty] = ()
    concurrent: Any = 0
    on_child_failure: Template | None = None

    def main_lists(self) -> tuple[tuple[str, tuple[Task, ...]], ...]:
        """The tasks, without their dependencies."""
        return (("tasks", tuple(node.task for node in self.tasks)),)

    @model_validator(mode="after")
    def _graph(self) -> Dag:
        if not self.tasks:
            raise ValueError("No task defined")
        waits = {node.task.id: node.depends_on for node in self.tasks}
        missing = [name for node in self.tasks for name in node.depends_on if name not in waits]
        if missing:
            raise ValueError(f"Not existing task id in dependency: {', '.join(missing)}")
        cyclic = _cyclic(waits)
        if cyclic:
            raise ValueError(f"Cyclic dependency detected: {', '.join(cyclic)}")
        return self


def _cyclic(waits: Mapping[str, tuple[str, ...]]) -> list[str]:
    """What stays when everything that can be started has been taken away, and nothing hangs below it."""
    open_ids = dict(waits)
    while ready := [name for name, needs in open_ids.items() if not any(need in open_ids for need in needs)]:
        for name in ready:
            del open_ids[name]
    while idle := [name for name in open_ids if not any(name in needs for needs in open_ids.values())]:
        for name in idle:
            del open_ids[name]
    return list(open_ids)


class If(Flowable):
    """One of two lists."""

    condition: Template | None = None
    then: Tasks = ()
    else_: Tasks = Field(default=(), alias="else")

    child_keys: ClassVar[frozenset[str]] = frozenset({"then", "else", "errors", "finally"})

    def main_lists(self) -> tuple[tuple[str, tuple[Task, ...]], ...]:
        """Both branches."""
        return (("then", self.then), ("else", self.else_))


class Switch(Flowable):
    """The list whose key is the text of a value."""

    value: Template
    cases: Annotated[Mapping[Text, Tasks], BeforeValidator(lambda value: {} if value is None else value)] = Field(
        default_factory=dict
    )
    defaults: Tasks = ()

    child_keys: ClassVar[frozenset[str]] = frozenset({"cases", "defaults", "errors", "finally"})

    def main_lists(self) -> tuple[tuple[str, tuple[Task, ...]], ...]:
        """All cases, then the defaults."""
        return (*((f"cases.{key}", tasks) for key, tasks in self.cases.items()), ("defaults", self.defaults))

    @model_validator(mode="after")
    def _not_empty(self) -> Switch:
        if not any(self.cases.values()) and not self.defaults:
            raise ValueError("No task defined, neither cases or default have any tasks")
        return self


class Loop(TaskList):
    """2.0: an execution of its own for each value."""

    values: Any
    concurrency_limit: int = Field(default=1, ge=0)
    transmit_failed: Flag = True
    outputs: Annotated[tuple[Output, ...], NoneAsEmpty] = ()
    fetch_type: Literal["AUTO", "FETCH", "STORE"] = "AUTO"


class CheckFrequency(FlowModel):
    """How often LoopUntil looks, and how long."""

    max_iterations: int | None = None
    max_duration: Duration | None = None
    interval: Duration = timedelta(minutes=1)


class LoopUntil(TaskList):
    """Again until a condition holds."""

    condition: Template
    fail_on_max_reached: Any = False
    check_frequency: Annotated[CheckFrequency, BeforeValidator(lambda value: {} if value is None else value)] = Field(
        default_factory=CheckFrequency
    )


class ForEach(TaskList):
    """1.3: the tasks in sequence for each value, `concurrency_limit` values at a time; 0 is no limit."""

    values: Any
    concurrency_limit: int = Field(default=1, ge=0)


class EachSequential(TaskList):
    """1.3, deprecated: value after value."""

    value: Any


class EachParallel(TaskList):
    """1.3, deprecated: all values at once, and all their tasks at once."""

    value: Any
    concurrent: int = Field(default=0, ge=0)


class WorkingDirectory(TaskList):
    """Runnable tasks in sequence that share a directory."""

    cache: Any = None
    namespace_files: Any = None
    input_files: Any = None
    output_files: Any = None

    @model_validator(mode="after")
    def _runnable(self) -> WorkingDirectory:
        for task in self.tasks:
            if task.is_flowable or task.type in {CORE + "flow.Subflow", CORE + "flow.ForEachItem"}:
                raise ValueError("Only runnable tasks are allowed as children of a WorkingDirectory task")
        return self


class Pause(Flowable):
    """Waits for a person, or for a time."""

    pause_duration: Any = None
    delay: Any = None
    behavior: Template = "RESUME"
    on_pause: AnyTask | None = None
    on_resume: Annotated[tuple[Input, ...], NoneAsEmpty] = ()
    tasks: Tasks = ()

    child_keys: ClassVar[frozenset[str]] = frozenset({"tasks", "onPause", "errors", "finally"})

    def main_lists(self) -> tuple[tuple[str, tuple[Task, ...]], ...]:
        """What runs on entering, and 1.3's tasks after the pause."""
        return (("onPause", (self.on_pause,) if self.on_pause else ()), ("tasks", self.tasks))


class ForEachItem(Flowable):
    """1.3: a subflow for each batch of a file's lines."""

    items: Any
    batch: Any = None
    namespace: Template
    flow_id: Template


_FLOWABLES: tuple[type[Flowable], ...] = (
    Sequential,
    Parallel,
    Dag,
    If,
    Switch,
    AllowFailure,
    Loop,
    LoopUntil,
    ForEach,
    ForEachItem,
    EachSequential,
    EachParallel,
    WorkingDirectory,
    Pause,
)
FLOWABLE_TYPES: Mapping[str, type[Flowable]] = {CORE + "flow." + cls.__name__: cls for cls in _FLOWABLES}
"""Model by the type's real name."""


def _tag(data: Any) -> str:
    name = data.get("type") if isinstance(data, Mapping) else getattr(data, "type", None)
    found = FLOWABLE_TYPES.get(canonical_type(name)) if isinstance(name, str) else None
    return found.__name__ if found else "Task"


AnyTask = Annotated[
    Annotated[Sequential, Tag("Sequential")]
    | Annotated[Parallel, Tag("Parallel")]
    | Annotated[Dag, Tag("Dag")]
    | Annotated[If, Tag("If")]
    | Annotated[Switch, Tag("Switch")]
    | Annotated[AllowFailure, Tag("AllowFailure")]
    | Annotated[Loop, Tag("Loop")]
    | Annotated[LoopUntil, Tag("LoopUntil")]
    | Annotated[ForEach, Tag("ForEach")]
    | Annotated[ForEachItem, Tag("ForEachItem")]
    | Annotated[EachSequential, Tag("EachSequential")]
    | Annotated[EachParallel, Tag("EachParallel")]
    | Annotated[WorkingDirectory, Tag("WorkingDirectory")]
    | Annotated[Pause, Tag("Pause")]
    | Annotated[Task, Tag("Task")],
    Discriminator(_tag),
]
Tasks = Annotated[tuple[AnyTask, ...], NoneAsEmpty]
