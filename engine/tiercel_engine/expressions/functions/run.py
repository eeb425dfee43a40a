"""Functions of the run itself."""

from __future__ import annotations

from typing import Any

from tiercel_engine.expressions.arguments import class_cast, needed
from tiercel_engine.expressions.errors import JavaError, PebbleError
from tiercel_engine.expressions.limits import MAX_RENDER_PASSES
from tiercel_engine.expressions.registry import Arguments, Run, function_unit
from tiercel_engine.expressions.services import Unavailable
from tiercel_engine.expressions.texts import java_text
from tiercel_engine.expressions.values import check_size, is_string


def _to_render(arguments: Arguments, name: str) -> Any:
    if "toRender" not in arguments:
        raise PebbleError(f"The '{name}' function expects an argument 'toRender'.")
    return arguments["toRender"]


@function_unit("render")
def render(arguments: Arguments, run: Run) -> Any:
    """A value rendered until nothing is left to render."""
    value = _to_render(arguments, "render")
    recursive = arguments.get("recursive", True)
    if recursive is not None and not isinstance(recursive, bool):
        raise PebbleError("The 'render' function expects an optional argument 'recursive' with type boolean.")
    return run.render_again(value, 1 if recursive is False else MAX_RENDER_PASSES)


@function_unit("renderOnce")
def render_once(arguments: Arguments, run: Run) -> Any:
    """A value rendered once."""
    return run.render_again(_to_render(arguments, "renderOnce"), 1)


@function_unit("fetchContext")
def fetch_context(_arguments: Arguments, run: Run) -> Any:
    """All variables, secrets masked."""
    return _variables(run)


@function_unit("printContext")
def print_context(_arguments: Arguments, run: Run) -> Any:
    """All variables, secrets masked, as JSON once they are written."""
    return _variables(run)


def _variables(run: Run) -> dict[Any, Any]:
    variables = dict(run.variables())
    check_size(variables)
    masked: dict[Any, Any] = run.services.mask(variables)
    return masked


@function_unit("errorLogs")
def error_logs(_arguments: Arguments, run: Run) -> Any:
    """The ERROR log entries so far."""
    try:
        return [dict(entry) for entry in run.services.error_logs()]
    except Unavailable:
        raise PebbleError(
            "The 'errorLogs' function can only be used in the Worker as it access logs from the database."
        ) from None


@function_unit("tasksWithState")
def tasks_with_state(arguments: Arguments, run: Run) -> list[Any]:
    """The task runs in a state."""
    state = needed(arguments, "state", "The 'tasksWithState' function expects an argument 'state'.")
    wanted = java_text(state).upper()
    tasks = run.find("tasks")
    found: list[Any] = []
    for task_id, entry in tasks.items() if isinstance(tasks, dict) else ():
        if not isinstance(entry, dict):
            continue
        if isinstance(entry.get("state"), str):
            if entry["state"] == wanted:
                found.append({"state": entry["state"], "taskId": task_id})
            continue
        # Iterations of the old loops: one entry per value.
        for value, inner in entry.items():
            if isinstance(inner, dict) and inner.get("state") == wanted:
                found.append({"state": inner["state"], "taskId": task_id, "value": value})
    return found


@function_unit("loopOutputs")
def loop_outputs(arguments: Arguments, _run: Run) -> list[Any]:
    """One output of every iteration."""
    outputs = needed(arguments, "outputs", "The 'loopOutputs' function expects an argument 'outputs'.")
    name = needed(arguments, "name", "The 'loopOutputs' function expects an argument 'name'.")
    if not isinstance(outputs, list):
        raise PebbleError("The 'loopOutputs' function expects an argument 'outputs' with type list.")
    if not is_string(name):
        raise PebbleError("The 'loopOutputs' function expects an argument 'name' with type string.")
    return [_output(entry, name) for entry in outputs]


def _output(entry: Any, name: str) -> Any:
    if not isinstance(entry, dict):
        return None
    if name in entry:
        return entry[name]
    inner = entry.get("outputs")
    return inner.get(name) if isinstance(inner, dict) else None


@function_unit("currentEachOutput")
def current_each_output(arguments: Arguments, run: Run) -> Any:
    """The outputs for the values of the loops around."""
    message = "The 'currentEachOutput' function expects an argument 'outputs'."
    outputs = needed(arguments, "outputs", message)
    parents = run.find("parents")
    if parents is None:
        raise JavaError(
            "NullPointerException",
            'Cannot invoke "java.util.List.reversed()" because the return value of'
            ' "io.pebbletemplates.pebble.template.EvaluationContext.getVariable(String)" is null',
        )
    if not isinstance(parents, list):
        raise class_cast(parents, "java.util.List")
    for parent in reversed(parents):
        taskrun = parent.get("taskrun") if isinstance(parent, dict) else None
        if isinstance(taskrun, dict) and "value" in taskrun:
            outputs = _inside(outputs, taskrun["value"])
    own = run.find("taskrun")
    if not isinstance(own, dict):
        raise JavaError("NullPointerException", 'Cannot invoke "java.util.Map.get(Object)" because "taskrun" is null')
    return _inside(outputs, own.get("value"))


def _inside(outputs: Any, value: Any) -> Any:
    return outputs.get(value) if isinstance(outputs, dict) else None


@function_unit("block")
def block(arguments: Arguments, run: Run) -> Any:
    """A block of the template, printed again."""
    name = java_text(arguments.get("name"))
    return run.print_block(name)


@function_unit("parent")
def parent(_arguments: Arguments, _run: Run) -> Any:
    """The same block of a parent template, of which there is none."""
    raise PebbleError("Can not use parent function if template does not extend another template.")


@function_unit("i18n")
def i18n(arguments: Arguments, _run: Run) -> Any:
    """A text of a resource bundle, of which there is none."""
    bundle = java_text(arguments.get("bundle"))
    raise JavaError("MissingResourceException", f"Can't find bundle for base name {bundle}, locale en_US")
