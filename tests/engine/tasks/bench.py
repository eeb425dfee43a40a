"""A leaf task run by itself, with real services and real rendering, its logs and metrics caught."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from tiercel_engine.expressions import Renderer
from tiercel_engine.tasks.api import TaskContext, TaskFailure, find_task_type
from tiercel_engine.tasks.expression_services import LocalExpressionServices
from tiercel_engine.tasks.services import local_services
from tiercel_schemas.catalog import load_catalog
from tiercel_schemas.model import Task
from tiercel_schemas.model.project import Project
from tiercel_schemas.versions import KestraVersion

_KINDS = {
    "string": (str, timedelta, date),
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "object": Mapping,
    "array": (list, tuple),
}


def undeclared(version, task_type, outputs):
    """Outputs that Kestra's catalog does not know, or knows to be something else."""
    catalog = load_catalog(version)
    plugin = catalog.plugin(task_type)
    if plugin is None or not plugin.exact or task_type.endswith(".TemplatedTask"):
        return []
    faults = [name for name in outputs if name not in plugin.outputs]
    for name, value in outputs.items():
        kind = plugin.outputs[name].kind if name in plugin.outputs else None
        if kind is not None and value is not None and not isinstance(value, _KINDS[kind]):
            faults.append(f"{name} is no {kind}: {value!r}")
    return faults


@dataclass
class Caught:
    logs: list = field(default_factory=list)
    metrics: list = field(default_factory=list)
    kept: dict = field(default_factory=dict)

    def log(self, level, message):
        self.logs.append((level, message))

    def metric(self, kind, name, value, tags=None):
        self.metrics.append((kind, name, value, tags))

    def outputs(self, values):
        self.kept.update(values)

    def shown(self, *levels):
        return [message for level, message in self.logs if level in (levels or ("INFO", "WARN", "ERROR"))]


@dataclass(frozen=True)
class DirectRendering:
    renderer: Renderer
    variables: dict

    async def render(self, template):
        return self.renderer.render(template, self.variables)

    async def render_typed(self, template):
        return self.renderer.render_typed(template, self.variables)

    async def render_value(self, value):
        return self.renderer.render_value(value, self.variables)

    def extended(self, variables):
        return DirectRendering(self.renderer, {**self.variables, **variables})


class Bench:
    """Runs tasks given as plain data; `services` are those of a project in a temporary folder."""

    def __init__(self, folder, version=KestraVersion.V2_0, environment=None, **variables):
        self.version = version
        self.folder = folder
        self.directory = folder / "work"
        self.services = local_services(folder / ".tiercel", Project(), folder, environment or {})
        renderer = Renderer(version, LocalExpressionServices(self.services))
        context = {"flow": {"id": "f", "namespace": "my.ns"}, "execution": {"id": "exec"}, **variables}
        self.rendering = DirectRendering(renderer, context)

    async def run(self, **task):
        """The outputs of a task and what it said; raises `TaskFailure`."""
        model = Task.model_validate({"id": "t", **task}, context={"version": self.version})
        cls = find_task_type(model.type)
        assert cls is not None, model.type
        caught = self.last = Caught()

        async def directory():
            self.directory.mkdir(exist_ok=True)
            return self.directory

        context = TaskContext(
            task=model,
            version=self.version,
            namespace="my.ns",
            flow_id="f",
            execution_id="exec",
            task_run_id="run1",
            attempt=0,
            variables=self.rendering.variables,
            services=self.services,
            rendering=self.rendering,
            sink=caught,
            open_working_directory=directory,
        )
        result = await cls().run(context)
        assert undeclared(self.version, model.type, result.outputs) == []
        return dict(result.outputs), caught

    async def failure(self, **task):
        """The failure of a task that has to fail."""
        with pytest.raises(TaskFailure) as caught:
            await self.run(**task)
        assert undeclared(self.version, task["type"], caught.value.outputs) == []
        return caught.value
