"""`templating.TemplatedTask`."""

from __future__ import annotations

from tiercel_engine.expressions.yaml_reading import YamlError, read_yaml
from tiercel_engine.tasks.api import DECIDED_IN_CORE, TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.properties import required_text


@task_type("io.kestra.plugin.core.templating.TemplatedTask")
class TemplatedTask:
    """Runs the task that a rendered text describes."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output what that task outputs."""
        from pydantic import ValidationError

        from tiercel_schemas.model import Task

        spec = await required_text(context, "spec")
        try:
            written = read_yaml(spec)
        except YamlError as complaint:
            raise TaskFailure(str(complaint)) from complaint
        if not isinstance(written, dict):
            raise TaskFailure("The templated task must be a map with a `type`")
        try:
            task = Task.model_validate({**written, "id": context.task.id}, context={"version": context.version})
        except ValidationError as error:
            raise TaskFailure("; ".join(str(problem["msg"]) for problem in error.errors())) from error
        if task.type in DECIDED_IN_CORE:
            raise TaskFailure("The templated task must be a runnable task")
        if task.type == context.task.type:
            raise TaskFailure("The templated task cannot be of type 'io.kestra.plugin.core.templating.TemplatedTask'")
        return await context.run_task(task)
