"""What an author should hear before a run: tasks that can't run here, and tasks that run in another way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from tiercel_engine.runners.policy import RunnerChoice, RunnerPolicy
from tiercel_engine.tasks.api import DECIDED_IN_CORE, find_task_type, missing_needs
from tiercel_engine.tasks.core.absent import why_absent
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
        problem = why_absent(task.type) or extension_problem(task.type) or "which Tiercel can't run on this machine"
        message = f"task '{task.id}'{where} has type {task.type}, {problem}"
        yield Notice("ERROR", "unknown-task-type", message, task.id)
        return
    missing = missing_needs(task.type)
    if missing is not None:
        yield Notice("ERROR", "missing-library", f"task '{task.id}'{where} can't run: {missing}", task.id)
        return
    run = script_run(task, policy)
    if run is None:
        return
    if run.choice.refusal is not None:
        yield Notice("ERROR", "unsupported", f"task '{task.id}'{where} can't run: {run.choice.refusal}", task.id)
    elif run.lacking is not None:
        message = f"task '{task.id}'{where} can't run: {run.lacking} is not on the PATH"
        yield Notice("ERROR", "unsupported", message, task.id)
    elif run.choice.notice is not None:
        ran = "" if run.program is None else f", its script with {run.program}"
        yield Notice("WARN", "runner-replaced", f"task '{task.id}'{where} {run.choice.notice}{ran}", task.id)


@dataclass(frozen=True, slots=True)
class ScriptRun:
    """How a script task is to run here. `program` reads its script, where that is no shell; `lacking` isn't there."""

    choice: RunnerChoice
    interpreter: str
    program: str | None = None
    lacking: str | None = None


def script_run(task: Task, policy: RunnerPolicy) -> ScriptRun | None:
    """How a task is to run that is a script; None for all others and for types that nothing runs."""
    if task.type.startswith(_SCRIPTS) and task.type.split(".")[-2] in LANGUAGES:
        language = LANGUAGES[task.type.split(".")[-2]]
    elif (own := getattr(find_task_type(task.type), "language", None)) is not None:
        language = own
    else:
        return None
    interpreter = _literal_interpreter(task) or language.interpreter[0]
    choice = policy.choose(_runner_type(task), interpreter, _literal_host(task), task.type)
    if choice.daemon is not None or not task.type.endswith(".Script"):
        return ScriptRun(choice, interpreter)
    program = language.script_command(policy.find_program)
    if program is not None:
        return ScriptRun(choice, interpreter, policy.find_program(program[0]) or program[0])
    names = " or ".join(names[0] for names in language.programs) if language.programs else None
    return ScriptRun(choice, interpreter, lacking=names)


def _runner_type(task: Task) -> str | None:
    runner = task.properties.get("taskRunner")
    if isinstance(runner, Mapping) and isinstance(runner.get("type"), str):
        return str(runner["type"])
    legacy = task.properties.get("runner")
    return "io.kestra.plugin.core.runner.Process" if str(legacy).upper() == "PROCESS" else None


def _literal_host(task: Task) -> str | None:
    runner = task.properties.get("taskRunner")
    host = runner.get("host") if isinstance(runner, Mapping) else None
    return host if isinstance(host, str) and "{{" not in host else None


def _literal_interpreter(task: Task) -> str | None:
    written = task.properties.get("interpreter")
    first = written[0] if isinstance(written, (list, tuple)) and written else None
    return first if isinstance(first, str) and "{{" not in first else None
