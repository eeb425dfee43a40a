"""What an author should hear before a run: tasks that can't run here, and tasks that run in another way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from tiercel_engine.runners.policy import RunnerPolicy
from tiercel_engine.tasks.api import DECIDED_IN_CORE, find_task_type, missing_needs
from tiercel_engine.tasks.extensions import extension_problem
from tiercel_engine.tasks.scripts.languages import LANGUAGES
from tiercel_schemas.model import Flow, Task

_SCRIPTS = "io.kestra.plugin.scripts."


@dataclass(frozen=True, slots=True)
class Notice:
    """A thing to say before a run; with level ERROR the run must not start."""

    level: Literal["INFO", "WARN", "ERROR"]
    code: str
    message: str
    task_id: str | None = None


def preflight(flows: Iterable[Flow], policy: RunnerPolicy) -> list[Notice]:
    """The notices of flows that are about to run, in the order of their tasks; the first flow is the main one."""
    notices: list[Notice] = []
    for number, flow in enumerate(flows):
        where = "" if number == 0 else f" of flow '{flow.id}'"
        for task in _enabled(flow):
            notices += _about(task, where, policy)
    return notices


def _enabled(flow: Flow) -> Iterator[Task]:
    hidden: set[str] = set()
    for task in flow.all_tasks():
        below = {child.id for _, children in task.child_lists() for child in children}
        if task.disabled or task.id in hidden:
            hidden |= below
        else:
            yield task


def _about(task: Task, where: str, policy: RunnerPolicy) -> Iterator[Notice]:
    if task.type in DECIDED_IN_CORE:
        return
    found = find_task_type(task.type)
    if found is None:
        problem = extension_problem(task.type) or "which Tiercel can't run on this machine"
        message = f"task '{task.id}'{where} has type {task.type}, {problem}"
        yield Notice("ERROR", "unknown-task-type", message, task.id)
        return
    missing = missing_needs(task.type)
    if missing is not None:
        yield Notice("ERROR", "missing-library", f"task '{task.id}'{where} can't run: {missing}", task.id)
        return
    if task.type.startswith(_SCRIPTS):
        language = LANGUAGES[task.type.split(".")[-2]]
    elif (own := getattr(found, "language", None)) is not None:
        language = own
    else:
        return
    interpreter = _literal_interpreter(task) or language.interpreter[0]
    choice = policy.choose(_runner_type(task), interpreter)
    if choice.refusal is not None:
        yield Notice("ERROR", "unsupported", f"task '{task.id}'{where} can't run: {choice.refusal}", task.id)
        return
    program = language.script_command(policy.find_program) if task.type.endswith(".Script") else None
    if task.type.endswith(".Script") and language.programs and program is None:
        names = " or ".join(names[0] for names in language.programs)
        yield Notice("ERROR", "unsupported", f"task '{task.id}'{where} can't run: {names} is not on the PATH", task.id)
    elif choice.notice is not None:
        ran = "" if program is None else f", its script with {policy.find_program(program[0]) or program[0]}"
        yield Notice("WARN", "runner-replaced", f"task '{task.id}'{where} {choice.notice}{ran}", task.id)


def _runner_type(task: Task) -> str | None:
    runner = task.properties.get("taskRunner")
    if isinstance(runner, Mapping) and isinstance(runner.get("type"), str):
        return str(runner["type"])
    legacy = task.properties.get("runner")
    return "io.kestra.plugin.core.runner.Process" if str(legacy).upper() == "PROCESS" else None


def _literal_interpreter(task: Task) -> str | None:
    written = task.properties.get("interpreter")
    first = written[0] if isinstance(written, (list, tuple)) and written else None
    return first if isinstance(first, str) and "{{" not in first else None
