"""Tasks that change the execution itself: Exit, Labels, SetVariables, UnsetVariables."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tiercel_engine.core.effects import Question
from tiercel_engine.core.endings import allowed, fail_before_running, finish_running, start_running
from tiercel_engine.core.events import Evaluated
from tiercel_engine.core.flowables.base import Kind, kind
from tiercel_engine.core.killing import leave_all
from tiercel_engine.core.records import TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.core.work import Work
from tiercel_schemas.versions import KestraVersion

_EXITS = frozenset({State.SUCCESS, State.WARNING, State.KILLED, State.FAILED, State.CANCELLED})


class UpdateError(Exception):
    """The change can't be made; the text says why."""


class Update(Kind):
    """Asks for its properties, then changes the execution."""

    def enter(self, work: Work, run: TaskRun) -> None:
        """Ask for the properties."""
        work.ask("enter", run, *self.questions(work.task(run).properties))

    def questions(self, properties: Mapping[str, Any]) -> tuple[Question, ...]:
        """What to render."""
        raise NotImplementedError

    def answered(self, work: Work, run: TaskRun, event: Evaluated) -> None:
        """Change the execution, or fail."""
        if event.error is not None:
            fail_before_running(work, run, event.error)
            return
        try:
            self.apply(work, event.values)
        except UpdateError as error:
            fail_before_running(work, run, str(error))
            return
        run = start_running(work, run)
        finish_running(work, run, allowed(work.task(run), State.SUCCESS))

    def apply(self, work: Work, values: Mapping[str, Any]) -> None:
        """Make the change; raises `UpdateError`."""
        raise NotImplementedError


@kind("execution.Exit")
class Exit(Update):
    """Leaves the execution with a state."""

    def questions(self, properties: Mapping[str, Any]) -> tuple[Question, ...]:
        """The state."""
        return (Question("state", properties.get("state") or "SUCCESS"),)

    def answered(self, work: Work, run: TaskRun, event: Evaluated) -> None:
        """Give the state to the task and to the execution at once."""
        name = str(event.values.get("state", ""))
        if work.version is KestraVersion.V1_3 and name == "CANCELED":
            name = "CANCELLED"
        state = State.__members__.get(name)
        if event.error is not None or state not in _EXITS:
            work.set_execution_state(State.RUNNING)
            fail_before_running(work, run, event.error or _unknown(name))
            return
        finish_running(work, start_running(work, run), state)
        work.set_execution_state(state)
        leave_all(work, state)


def _unknown(name: str) -> str:
    token = re.split(r"\W", name, maxsplit=1)[0]
    return (
        f"com.fasterxml.jackson.core.JsonParseException: Unrecognized token '{token}': was expecting "
        "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n"
        " at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 1]"
    )


@kind("execution.Labels")
class Labels(Update):
    """Adds and replaces labels."""

    def questions(self, properties: Mapping[str, Any]) -> tuple[Question, ...]:
        """The labels, as a map, a list or JSON text."""
        return (Question("labels", properties.get("labels"), "value"),)

    def apply(self, work: Work, values: Mapping[str, Any]) -> None:
        """Replace by key; keys of Kestra itself are refused."""
        given = label_pairs(values["labels"])
        for key, value in given:
            if not value:
                raise UpdateError(f"Label values cannot be empty, offending label: {key}")
            if key.startswith("system."):
                raise UpdateError(f"System labels can only be set by Kestra itself, offending label: {key}={value}")
        work.change(labels=merge_labels(work.execution.labels, given))
        report_labels(work)


def label_pairs(value: Any) -> tuple[tuple[str, str], ...]:
    """Labels from a map, a list of `{key, value}`, or JSON text of either; raises `UpdateError`."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise UpdateError(_unknown(value)) from None
    if isinstance(value, Mapping):
        return tuple((str(key), _plain(item)) for key, item in value.items() if item is not None)
    if isinstance(value, list | tuple) and all(isinstance(item, Mapping) and "key" in item for item in value):
        return tuple((str(item["key"]), _plain(item.get("value"))) for item in value)
    if value is None:
        return ()
    raise UpdateError("Unknown value type for labels")


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)


def merge_labels(
    labels: tuple[tuple[str, str], ...], added: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """All labels, later ones in the place of earlier ones of the same key."""
    return tuple({**dict(labels), **dict(added)}.items())


def report_labels(work: Work) -> None:
    """Tell the labels as they are now."""
    labels = [{"key": key, "value": value} for key, value in work.execution.labels]
    work.report("execution.labels", labels=labels)


@kind("execution.SetVariables")
class SetVariables(Update):
    """Sets variables of the execution."""

    def questions(self, properties: Mapping[str, Any]) -> tuple[Question, ...]:
        """The variables, and whether old ones may be overwritten."""
        overwrite = properties.get("overwrite")
        return (
            Question("variables", properties.get("variables"), "value"),
            Question("overwrite", True if overwrite is None else overwrite, "typed"),
        )

    def apply(self, work: Work, values: Mapping[str, Any]) -> None:
        """Merge deeply."""
        given = values["variables"]
        if isinstance(given, str):
            try:
                given = json.loads(given)
            except ValueError:
                given = None
        if not isinstance(given, Mapping):
            raise UpdateError("`variables` must be a map")
        old = work.execution.variables
        if str(values["overwrite"]).lower() == "false":
            existing = [str(key) for key in given if key in old]
            if existing:
                names = ", ".join(existing)
                raise UpdateError(f"`overwrite` is set to false and the following variables already exist: {names}")
        work.change(variables=_merged(old, given))
        work.report("execution.variables", variables=work.execution.variables)


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(old)
    for key, value in new.items():
        before = result.get(key)
        if value is None:
            continue
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        result[key] = _merged(before, value) if both else value  # type: ignore[arg-type]
    return result


@kind("execution.UnsetVariables")
class UnsetVariables(Update):
    """Removes variables of the execution."""

    def questions(self, properties: Mapping[str, Any]) -> tuple[Question, ...]:
        """The names, and whether missing ones matter."""
        return (
            Question("variables", properties.get("variables"), "value"),
            Question("ignoreMissing", properties.get("ignoreMissing", False), "typed"),
        )

    def apply(self, work: Work, values: Mapping[str, Any]) -> None:
        """Remove by dotted path; 1.3 never minds a missing one."""
        names = values["variables"]
        if isinstance(names, str):
            try:
                names = json.loads(names)
            except ValueError:
                names = [names]
        lenient = str(values["ignoreMissing"]).lower() == "true" or work.version is KestraVersion.V1_3
        variables: Mapping[str, Any] = work.execution.variables
        for name in names or ():
            variables = _without(variables, str(name).split("."), str(name), lenient=lenient)
        work.change(variables=variables)
        work.report("execution.variables", variables=variables)


def _without(value: Mapping[str, Any], path: list[str], name: str, *, lenient: bool) -> Mapping[str, Any]:
    step, *rest = path
    inner = value.get(step)
    if step not in value or (rest and not isinstance(inner, Mapping)):
        if lenient:
            return value
        raise UpdateError(f"Variable '{name}' not found and `ignoreMissing` is false")
    result = dict(value)
    if rest and isinstance(inner, Mapping):
        result[step] = _without(inner, rest, name, lenient=lenient)
    else:
        del result[step]
    return result
