"""A suite made of an execution that has ended."""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from tiercel_engine.core.records import Execution, TaskRun
from tiercel_engine.runtime.jsonable import jsonable
from tiercel_schemas.model.task import CORE
from tiercel_schemas.model.unit_test import END_STATES, TEST_TYPE
from tiercel_server.cli.running.complaints import Refused

_REAL = (CORE + "log.", CORE + "debug.", CORE + "flow.", CORE + "execution.", CORE + "output.")
"""Types that compute, and reach for nothing outside of the execution."""
_MOCKED = frozenset(CORE + "flow." + name for name in ("Subflow", "ForEachItem", "Sleep", "Pause"))
"""Of these, the ones that start others or take time."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What the suite is to be called, and which tasks run for real; `mocks_all` leaves only flowables."""

    suite_id: str | None
    case_id: str
    real: frozenset[str] = frozenset()
    mocks_all: bool = False


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet; raises `Refused` and `OSError`."""
    if path.exists():
        raise Refused(f"{path} is there already.", "Name another file, or add the case by hand.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def recorded_text(execution: Execution | None, how: Recording) -> str:
    """The suite as YAML; raises `Refused` for an execution that has not ended, or that a name in `how` is not of."""
    from ruamel.yaml import YAML

    if execution is None:
        raise Refused("The history holds nothing of what it did.")
    unknown = sorted(how.real - set(execution.plan.tasks))
    if unknown:
        raise Refused(f"--real: flow '{execution.flow.id}' has no task '{unknown[0]}'.")
    if not execution.state.terminated:
        raise Refused(f"Execution {execution.id} has not ended: it is {execution.state.value}.")
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = StringIO()
    head = f"# Recorded from execution {execution.id}. Files that outputs name (kestra:///…) are not recorded: give\n"
    stream.write(head + "# them as `files` of the fixtures.\n")
    yaml.dump(_literal(_suite(execution, how)), stream)
    return stream.getvalue()


def _suite(execution: Execution, how: Recording) -> dict[str, Any]:
    case: dict[str, Any] = {"id": how.case_id, "type": TEST_TYPE}
    if execution.state.value != "SUCCESS":
        case["expectedState"] = execution.state.value
    fixtures: dict[str, Any] = {}
    if execution.inputs:
        fixtures["inputs"] = {name: value for name, value in jsonable(execution.inputs).items() if value is not None}
    tasks = _fixtures(execution, how)
    if tasks:
        fixtures["tasks"] = tasks
    if execution.trigger is not None:
        trigger = execution.trigger
        fixtures["trigger"] = {"id": trigger.id, "type": trigger.type, "variables": jsonable(trigger.variables)}
    if fixtures:
        case["fixtures"] = fixtures
    case["assertions"] = _assertions(execution)
    return {
        "id": how.suite_id or f"{execution.flow.id}_tests",
        "namespace": execution.flow.namespace,
        "flowId": execution.flow.id,
        "testCases": [case],
    }


def _fixtures(execution: Execution, how: Recording) -> list[dict[str, Any]]:
    found: dict[tuple[str, str | None], dict[str, Any]] = {}
    for run in execution.ordered_task_runs():
        if run.state.value not in END_STATES or run.state.value == "SKIPPED" or not _is_mocked(execution, run, how):
            continue
        entry: dict[str, Any] = {"id": run.task_id}
        if run.value is not None:
            entry["value"] = run.value
        if run.state.value != "SUCCESS":
            entry["state"] = run.state.value
        if run.outputs:
            entry["outputs"] = _verbatim(jsonable(run.outputs))
        # Of a task that ran again after a failure, its last run.
        found[run.task_id, run.value] = entry
    return list(found.values())


def _verbatim(value: Any) -> Any:
    """Recorded data that no rendering changes."""
    if isinstance(value, dict):
        return {name: _verbatim(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_verbatim(item) for item in value]
    if isinstance(value, str) and any(sign in value for sign in ("{{", "{%", "{#")):
        return f"{{% raw %}}{value}{{% endraw %}}"
    return value


def _is_mocked(execution: Execution, run: TaskRun, how: Recording) -> bool:
    task = execution.plan.tasks[run.task_id].task
    if run.task_id in how.real or any(
        each.task_id in _mocked_around(execution, how) for each in execution.ancestors(run)
    ):
        return False
    if task.type in _MOCKED:
        return True
    # The iterations of a Loop are executions of their own, which run for real as the Loop does.
    if task.is_flowable:
        return False
    return how.mocks_all or not task.type.startswith(_REAL)


def _mocked_around(execution: Execution, how: Recording) -> frozenset[str]:
    """The flowables that are replaced as a whole: what they hold needs no fixtures."""
    return frozenset(
        name for name, planned in execution.plan.tasks.items() if planned.task.type in _MOCKED and name not in how.real
    )


def _assertions(execution: Execution) -> list[dict[str, Any]]:
    """An assertion for each output that the flow declares, else for its state."""
    found: list[dict[str, Any]] = []
    for name, value in jsonable(execution.outputs).items():
        if isinstance(value, str | int | float | bool):
            path = f"execution.outputs.{name}" if name.isidentifier() else f"execution.outputs['{name}']"
            found.append({"value": f"{{{{ {path} }}}}", "equalTo": value})
    if not found:
        found.append({"value": "{{ execution.state }}", "equalTo": execution.state.value})
    return found


def _literal(value: Any) -> Any:
    """Texts of several lines as block scalars; expressions in recorded values stay what they are."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

    if isinstance(value, dict):
        return {name: _literal(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_literal(item) for item in value]
    if isinstance(value, str) and "\n" in value and not any(line != line.rstrip() for line in value.split("\n")):
        return LiteralScalarString(value)
    return DoubleQuotedScalarString(value) if isinstance(value, str) and "{{" in value else value
