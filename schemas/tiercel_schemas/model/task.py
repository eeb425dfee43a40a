"""What all tasks have, and the leaf tasks: everything that is no flowable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from tiercel_schemas.model.aliases import canonical_type
from tiercel_schemas.model.base import Flag, FlowModel, Template, Text
from tiercel_schemas.model.durations import Duration
from tiercel_schemas.model.retry import Retry
from tiercel_schemas.versions import KestraVersion

CORE = "io.kestra.plugin.core."

ONLY_2_0 = frozenset({CORE + "flow.Loop"})
ONLY_1_3 = frozenset(CORE + "flow." + name for name in ("ForEach", "ForEachItem", "EachSequential", "EachParallel"))
"""Flowables that one line has and the other refuses."""

LogLevelName = Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR"]


class TaskCache(FlowModel):
    """Whether outputs of an earlier run may stand for a run."""

    enabled: Flag
    ttl: Duration | None = None


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


class Task(FlowModel):
    """A task. `properties` holds what belongs to its type, unrendered; flowables add typed fields for theirs."""

    id: Text = Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_-]*$", max_length=256)
    type: Text
    """The real name of the type, aliases resolved."""
    written_type: Text = ""
    """The type as the author wrote it."""
    version: Text | None = None
    description: Text | None = None
    run_if: Template | None = None
    disabled: Flag = False
    retry: Retry | None = None
    timeout: Template | None = None
    allow_failure: Flag = False
    allow_warning: Flag = False
    log_level: Annotated[LogLevelName | None, BeforeValidator(_upper)] = None
    log_to_file: Flag = False
    task_cache: TaskCache | None = None
    properties: Mapping[str, Any] = Field(default_factory=dict, repr=False)

    child_keys: ClassVar[frozenset[str]] = frozenset()
    """Properties that hold tasks."""

    @property
    def is_flowable(self) -> bool:
        """Whether this task holds tasks that the engine runs one by one."""
        return False

    @model_validator(mode="before")
    @classmethod
    def _split(cls, data: Any, info: ValidationInfo) -> Any:
        if not isinstance(data, Mapping) or "writtenType" in data:
            return data
        written = data.get("type")
        if not isinstance(written, str):
            raise ValueError("Invalid type: <null>")  # noqa: TRY004  (pydantic wants a ValueError)
        name = canonical_type(written)
        version = (info.context or {}).get("version")
        if (version is KestraVersion.V1_3 and name in ONLY_2_0) or (version is KestraVersion.V2_0 and name in ONLY_1_3):
            raise ValueError(f"Invalid type: {written}")
        own = {key: item for key, item in data.items() if key not in _COMMON and key not in cls.child_keys}
        return {**data, "type": name, "writtenType": written, "properties": own}

    def child_lists(self) -> tuple[tuple[str, tuple[Task, ...]], ...]:
        """The lists of tasks right below this one, by the path of their keys, in the order written."""
        return ()


_COMMON = frozenset(
    {
        "id",
        "type",
        "version",
        "description",
        "runIf",
        "disabled",
        "retry",
        "timeout",
        "allowFailure",
        "allowWarning",
        "logLevel",
        "logToFile",
        "taskCache",
        "workerSelector",
        "workerGroup",
        "policyRefs",
        "pluginDefaultsRef",
        "assets",
    }
)
