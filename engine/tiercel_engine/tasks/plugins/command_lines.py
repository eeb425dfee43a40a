"""Tasks whose work is `commands` of a tool: run as shell script tasks are, with the tool's own environment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar

from tiercel_engine.tasks.api import LeafTask, TaskContext, TaskResult, task_type
from tiercel_engine.tasks.properties import as_text, items, mapping
from tiercel_engine.tasks.scripts.base import run_script_task
from tiercel_engine.tasks.scripts.languages import LANGUAGES, Language

SHELL = LANGUAGES["shell"]
_COMMANDS = "tiercelCommands"
_VALUES = "tiercelEnvironment"


async def run_commands(
    context: TaskContext, image: str, commands: Sequence[str], environment: Mapping[str, str] | None = None
) -> TaskResult:
    """Run rendered commands in one shell, with more environment variables than the task's `env`, which win.

    `image` is the container's where the task names none. Raises `TaskFailure` when a command fails.
    """
    own = await mapping(context, "env")
    values = {**(environment or {}), **{name: as_text(value) for name, value in own.items() if value is not None}}
    # What is rendered already is handed on by reference, so that nothing is rendered twice.
    handed = context.extended({_COMMANDS: list(commands), _VALUES: list(values.values())})
    properties: dict[str, Any] = {
        **handed.properties,
        "containerImage": handed.properties.get("containerImage", image),
        "commands": [f"{{{{ {_COMMANDS}[{number}] }}}}" for number in range(len(commands))],
        "env": {name: f"{{{{ {_VALUES}[{number}] }}}}" for number, name in enumerate(values)},
    }
    return await run_script_task(handed.with_properties(properties), SHELL)


async def rendered_commands(context: TaskContext) -> list[str]:
    """The task's `commands`, rendered."""
    return [as_text(line) for line in await items(context, "commands") or []]


def command_line(
    name: str,
    image: str,
    environment: Callable[[TaskContext], Awaitable[Mapping[str, str]]] | None = None,
) -> type[LeafTask]:
    """Register the task of a tool that only needs its commands run, with what `environment` gives it."""

    @task_type(name)
    class CommandLine:
        """Runs the lines of `commands` in one shell."""

        language: ClassVar[Language] = SHELL

        async def run(self, context: TaskContext) -> TaskResult:
            """Outputs `vars`, `exitCode`, `outputFiles`; raises `TaskFailure` when a command fails."""
            values = await environment(context) if environment is not None else {}
            if not values:
                own = {"containerImage": image, **context.properties}
                return await run_script_task(context.with_properties(own), SHELL)
            context = context.extended(await _workspace(context))
            return await run_commands(context, image, await rendered_commands(context), values)

    return CommandLine


async def _workspace(context: TaskContext) -> dict[str, Any]:
    return {"workingDir": str(await context.working_directory())}
