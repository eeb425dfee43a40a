"""The decision, case by case: `matrix/*.yaml` says what is run and what comes of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.engine.core.simulation import START, Simulation, expand_flow
from tiercel_engine.core.decide import rebuild
from tiercel_engine.core.records import Execution, History
from tiercel_engine.core.states import State
from tiercel_engine.core.wishes import Breakpoint, Extent, Fixture
from tiercel_schemas.versions import KestraVersion

FILES = sorted((Path(__file__).parent / "matrix").glob("*.yaml"))


def _cases() -> list[Any]:
    cases = []
    for path in FILES:
        for case in yaml.safe_load(path.read_text("utf-8")):
            for version in case.get("versions", [case.get("version", "2.0")]):
                label = f"{path.stem}: {case['case']} ({version})"
                cases.append(pytest.param(case, KestraVersion(str(version)), id=label))
    return cases


def _wishes(case: dict[str, Any]) -> dict[str, Any]:
    """Fixtures, breakpoints and the part of the flow that a case asks for, and its date in seconds."""
    fixtures = ({**each, "state": State(each.get("state", "SUCCESS"))} for each in case.get("fixtures", ()))
    return {
        "fixtures": tuple(Fixture(**each) for each in fixtures),
        "breakpoints": tuple(Breakpoint(**each) for each in case.get("breakpoints", ())),
        "extent": Extent(**case.get("extent", {})),
        "schedule_date": START + timedelta(seconds=case["date"]) if "date" in case else None,
    }


def _states(history: History) -> str:
    return " ".join(change.state.value for change in history)


def _runs(execution: Execution) -> list[str]:
    lines = []
    for run in execution.ordered_task_runs():
        name = f"{run.task_id}[{run.value}]" if run.value is not None else run.task_id
        lines.append(f"{name} {run.state.value}")
    return lines


@pytest.mark.parametrize(("case", "version"), _cases())
def test_case(case: dict[str, Any], version: KestraVersion) -> None:
    main = expand_flow(case["flow"], version)
    others = [expand_flow(flow, version) for flow in case.get("flows", [])]
    simulation = Simulation([main, *others], case.get("outcomes"), case.get("answers"), case.get("slots", "granted"))
    execution_id = simulation.start(main, **_wishes(case))
    for action in case.get("actions", []):
        fields = dict(action)
        if "to" in fields:
            fields["to"] = State(fields["to"])
        if "breakpoints" in fields:
            fields["breakpoints"] = tuple(Breakpoint(**each) for each in fields["breakpoints"])
        simulation.at(fields.pop("at"), execution_id, fields.pop("do"), **fields)
    simulation.run()
    execution = simulation.executions[execution_id]
    expected = case["expect"]
    assert _states(execution.history) == expected["execution"]
    if "runs" in expected:
        assert _runs(execution) == expected["runs"]
    for task_id, states in expected.get("histories", {}).items():
        found = [run for run in execution.ordered_task_runs() if run.task_id == task_id]
        assert _states(found[0].history) == states
    for task_id, count in expected.get("attempts", {}).items():
        found = [run for run in execution.ordered_task_runs() if run.task_id == task_id]
        assert len(found[0].attempts) == count
    for task_id, outputs in expected.get("outputs", {}).items():
        found = [run for run in execution.ordered_task_runs() if run.task_id == task_id]
        assert dict(found[0].outputs) == outputs
    if "labels" in expected:
        assert dict(execution.labels) == expected["labels"]
    if "variables" in expected:
        assert execution.variables == expected["variables"]
    if "children" in expected:
        children = [each for each in simulation.executions.values() if each.id != execution_id]
        assert [_states(child.history) for child in children] == expected["children"]
    assert execution_id in simulation.finished
    for each, log in simulation.logs.items():
        assert rebuild(log) == simulation.executions[each]
