"""A script's command line in a container of the task's image."""

from __future__ import annotations

from tiercel_engine.runners.docker.container import (
    SCRIPT_PATH as SCRIPTS_IN_CONTAINER,
)
from tiercel_engine.runners.docker.container import (
    ContainerJob,
    ContainerListener,
    ContainerProblem,
    run_container,
)
from tiercel_engine.runners.docker.settings import BadSetting, DockerSettings, read_settings
from tiercel_engine.tasks.api import TaskContext, TaskFailure
from tiercel_engine.tasks.properties import as_text, mapping, text
from tiercel_engine.tasks.scripts.launching import SCRIPT_PATH, AskedRunner, End, Launch, own_environment
from tiercel_engine.tasks.scripts.session import Session


async def run_in_container(context: TaskContext, plan: Launch, asked: AskedRunner, host: str, session: Session) -> End:
    """Run the command in a new container of the daemon at `host`; raises `TaskFailure` when that can't be done."""
    try:
        settings = read_settings(asked.properties)
    except BadSetting as complaint:
        raise TaskFailure(f"Invalid Docker runner: {complaint}") from complaint
    _check_allowed(context, settings)
    environment = {**plan.variables, **await own_environment(context, plan.directory)}
    for name, folder in (
        ("PYTHONPATH", SCRIPTS_IN_CONTAINER),
        ("NODE_PATH", SCRIPTS_IN_CONTAINER / "node"),
    ):
        environment[name] = ":".join(filter(None, [str(folder), environment.get(name)]))
    job = ContainerJob(
        host=host,
        image=await _image(context, plan),
        arguments=plan.arguments,
        directory=plan.directory.absolute(),
        environment=environment,
        settings=settings,
        labels=_labels(context),
        importable=SCRIPT_PATH,
    )
    shown = " ".join(plan.arguments)
    started: list[str] = []

    def on_start(container: str) -> None:
        started.append(container)
        context.log("DEBUG", f"Starting command with container id {container} [{shown}]")

    listener = ContainerListener(
        started=on_start,
        line=session.line,
        remark=context.log,
        killing=lambda container: context.log("WARN", f"Killing container {container}"),
    )
    try:
        exit_code = await run_container(job, listener)
    except ContainerProblem as problem:
        raise TaskFailure(str(problem)) from problem
    return End(exit_code, {"containerId": started[0]} if started else {})


async def _image(context: TaskContext, plan: Launch) -> str:
    named = await text(context, "containerImage") or (await mapping(context, "docker")).get("image")
    return as_text(named) if named else plan.language.image


def _check_allowed(context: TaskContext, settings: DockerSettings) -> None:
    policy = context.runners
    if settings.volumes and not policy.allows_volumes:
        raise TaskFailure(
            "The runner's `volumes` are not enabled, as in Kestra by default: "
            "set `run.docker.volume-enabled: true` in tiercel.yaml"
        )
    if settings.privileged and not policy.allows_privileged:
        raise TaskFailure(
            "The runner's `privileged` is not enabled: set `run.docker.privileged-enabled: true` in tiercel.yaml"
        )


def _labels(context: TaskContext) -> dict[str, str]:
    return {
        "kestra.io/namespace": context.namespace,
        "kestra.io/flow-id": context.flow_id,
        "kestra.io/execution-id": context.execution_id,
        "kestra.io/task-id": context.task.id,
        "kestra.io/taskrun-id": context.task_run_id,
        "kestra.io/taskrun-attempt": str(context.attempt),
    }
