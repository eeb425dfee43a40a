"""What a leaf task is given, what it gives back, and how it is found.

A leaf task is a class with an async `run`, registered under its Kestra types:

    @task_type("io.kestra.plugin.core.debug.Return")
    class Return:
        async def run(self, context: TaskContext) -> TaskResult:
            template = context.properties.get("format")
            ...

One instance is made per attempt, without arguments. Flowables and tasks that only change the execution are
no leaf tasks: `tiercel_engine.core` decides them (`DECIDED_IN_CORE`), so nobody registers them here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from tiercel_engine.tasks.extensions import import_extension
from tiercel_engine.tasks.needs import NOTHING, Needs
from tiercel_engine.tasks.places import import_place, name_of_today

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import timedelta
    from pathlib import Path

    from tiercel_engine.core.states import State
    from tiercel_engine.runners.policy import RunnerPolicy
    from tiercel_schemas.model import Task
    from tiercel_schemas.versions import KestraVersion

LogLevel = Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR"]
MetricKind = Literal["counter", "timer", "gauge"]

CORE_PREFIX = "io.kestra.plugin.core."

DECIDED_IN_CORE: frozenset[str] = frozenset(
    CORE_PREFIX + name
    for name in (
        "flow.Sequential",
        "flow.Parallel",
        "flow.Dag",
        "flow.If",
        "flow.Switch",
        "flow.AllowFailure",
        "flow.Loop",
        "flow.LoopUntil",
        "flow.ForEach",
        "flow.ForEachItem",
        "flow.EachSequential",
        "flow.EachParallel",
        "flow.WorkingDirectory",
        "flow.Pause",
        "flow.Subflow",
        "execution.Exit",
        "execution.Labels",
        "execution.SetVariables",
        "execution.UnsetVariables",
    )
)
"""Types that are never looked up as leaf tasks: the decision function runs them itself."""


@dataclass(frozen=True, slots=True)
class TaskResult:
    """The end of an attempt that did not fail.

    `outputs` are plain data (JSON types, `datetime`s, `Decimal`s); the runtime drops null entries. `state` is
    SUCCESS when left out; WARNING, SKIPPED, KILLED, CANCELLED and FAILED may be given.
    """

    outputs: Mapping[str, Any] = field(default_factory=dict)
    state: State | None = None


class TaskFailure(Exception):  # noqa: N818  (Kestra's word for it)
    """The end of an attempt that failed as the task foresees it.

    The runtime logs `message` at ERROR and keeps `outputs`, which are joined to those of `emit_outputs`. Any
    other exception fails the attempt too, with its text as the message.
    """

    def __init__(self, message: str, outputs: Mapping[str, Any] | None = None, *, logged: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.outputs: Mapping[str, Any] = outputs or {}
        self.logged = logged
        """True when the task has written the message to its log itself."""


class Services(Protocol):
    """What a run lends to its tasks: `storage`, `kv`, `files` (namespace files), `secrets`, `runners`.

    Their types are those of `tiercel_engine.storage` and `tiercel_engine.secrets`.
    """

    @property
    def storage(self) -> Any:
        """Internal storage, `kestra:///…`."""

    @property
    def kv(self) -> Any:
        """The key-value store of all namespaces."""

    @property
    def files(self) -> Any:
        """Namespace files."""

    @property
    def secrets(self) -> Any:
        """Where secrets come from."""

    @property
    def runners(self) -> RunnerPolicy:
        """Where script tasks run."""

    @property
    def masker(self) -> Any:
        """What strikes secrets out: give it those that a task learns."""

    @property
    def state_folder(self) -> Path | None:
        """Where the project's state lives, None where nothing is kept."""


class Rendering(Protocol):
    """Rendering against the variables of one task run; calls may leave the event loop's thread."""

    async def render(self, template: str) -> str:
        """The text that a template renders to."""

    async def render_typed(self, template: str) -> Any:
        """The value of a template that is a single expression, else its text."""

    async def render_value(self, value: Any) -> Any:
        """Plain data with every text in it rendered to text."""

    def extended(self, variables: Mapping[str, Any]) -> Rendering:
        """The same rendering with more variables at the root (`workingDir`, the fields of a row); they win."""


class Sink(Protocol):
    """Where a task run's side products go."""

    def log(self, level: LogLevel, message: str) -> None:
        """Take one log entry."""

    def metric(
        self, kind: MetricKind, name: str, value: float | timedelta, tags: Mapping[str, str] | None = None
    ) -> None:
        """Take one measure."""

    def outputs(self, values: Mapping[str, Any]) -> None:
        """Take outputs that hold even if the attempt fails."""


@dataclass(frozen=True, slots=True)
class TaskContext:
    """What one attempt of a leaf task may see and do.

    A kill or a timeout reaches a task as the cancellation of the anyio scope it runs in: clean up in `finally`,
    with a shielded scope where that needs awaiting, and let the cancellation through.
    """

    task: Task
    """The task as written, `properties` unrendered."""
    version: KestraVersion
    namespace: str
    flow_id: str
    execution_id: str
    task_run_id: str
    attempt: int
    """From 0."""
    variables: Mapping[str, Any]
    """The expression context of this task run; read-only."""
    services: Services
    rendering: Rendering
    sink: Sink
    open_working_directory: Callable[[], Awaitable[Path]]

    @property
    def properties(self) -> Mapping[str, Any]:
        """The properties of the task's type, unrendered."""
        return self.task.properties

    @property
    def storage(self) -> Any:
        """Internal storage."""
        return self.services.storage

    @property
    def kv(self) -> Any:
        """The key-value store."""
        return self.services.kv

    @property
    def files(self) -> Any:
        """Namespace files."""
        return self.services.files

    @property
    def secrets(self) -> Any:
        """Where secrets come from."""
        return self.services.secrets

    @property
    def runners(self) -> RunnerPolicy:
        """Where script tasks run."""
        return self.services.runners

    async def render(self, template: str) -> str:
        """The text that a template renders to; raises `RenderError`, which fails the attempt."""
        return await self.rendering.render(template)

    async def render_typed(self, template: str) -> Any:
        """The value of a template that is one expression, else text; raises `RenderError`."""
        return await self.rendering.render_typed(template)

    async def render_value(self, value: Any) -> Any:
        """Plain data with every text in it rendered; raises `RenderError`."""
        return await self.rendering.render_value(value)

    def with_properties(self, properties: Mapping[str, Any]) -> TaskContext:
        """The same context for a task with other properties of its type."""
        return replace(self, task=self.task.model_copy(update={"properties": properties}))

    def extended(self, variables: Mapping[str, Any]) -> TaskContext:
        """The same context whose expressions see more variables at the root; they win."""
        return replace(
            self,
            variables={**self.variables, **variables},
            rendering=self.rendering.extended(variables),
        )

    def log(self, level: LogLevel, message: str) -> None:
        """Write one log entry of this task run; secrets are masked on the way out."""
        self.sink.log(level, message)

    def metric(
        self, kind: MetricKind, name: str, value: float | timedelta, tags: Mapping[str, str] | None = None
    ) -> None:
        """Write one measure of this task run; a timer takes seconds or a `timedelta`."""
        self.sink.metric(kind, name, value, tags)

    def emit_outputs(self, outputs: Mapping[str, Any]) -> None:
        """Hand over outputs that are kept whatever becomes of the attempt; later ones win key by key."""
        self.sink.outputs(outputs)

    async def working_directory(self) -> Path:
        """The directory of this attempt, made on the first call and removed by the runtime afterwards.

        Inside a WorkingDirectory it is the one that all children share.
        """
        return await self.open_working_directory()

    async def run_task(self, task: Task) -> TaskResult:
        """Run another leaf task in this one's place (TemplatedTask); raises `TaskFailure`."""
        found = find_task_type(task.type)
        if found is None:
            raise TaskFailure(f"Invalid type: {task.type}")
        return await found().run(replace(self, task=task))


class LeafTask(Protocol):
    """A task that does work of its own."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Do the work of one attempt; raises `TaskFailure`."""


_Task = TypeVar("_Task", bound=type[LeafTask])
_TYPES: dict[str, type[LeafTask]] = {}
_NEEDS: dict[str, Needs] = {}


def task_type(*names: str, needs: Needs = NOTHING) -> Callable[[_Task], _Task]:
    """Register a class under the full types that it runs; give aliases of old names too.

    `needs` are looked at before a run; the class imports such libraries when it is run, not before.
    """

    def register(cls: _Task) -> _Task:
        for name in names:
            if _TYPES.setdefault(name, cls) is not cls:
                raise ValueError(f"two classes for task type {name}")
            _NEEDS[name] = needs
        return cls

    return register


def find_task_type(name: str) -> type[LeafTask] | None:
    """The class that runs a type, None when nothing local does.

    Our own types are found by their place (see `places`), those of other packages by entry points (see
    `extensions`); only the module in question is imported. Old names of plugins' types are looked up in the catalog;
    those of core (`io.kestra.core.tasks.…`) are resolved when the flow is read.
    """
    if name in _TYPES:
        return _TYPES[name]
    if name in DECIDED_IN_CORE:
        return None
    import_place(name)
    if name not in _TYPES:
        import_extension(name)
    if name not in _TYPES and (today := name_of_today(name)) != name and (found := find_task_type(today)) is not None:
        task_type(name, needs=_NEEDS[today])(found)
    return _TYPES.get(name)


def missing_needs(name: str) -> str | None:
    """What a type that `find_task_type` finds lacks on this machine, in half a sentence; None when it can run."""
    find_task_type(name)
    return _NEEDS.get(name, NOTHING).missing()
