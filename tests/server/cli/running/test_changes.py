"""What `--watch` runs again after a change: cases in `changes.yaml`, each against a real run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tiercel_engine.core.records import Execution
from tiercel_engine.core.states import State
from tiercel_engine.runtime import RunRequest, Surroundings, run_flow
from tiercel_engine.tasks.services import local_services
from tiercel_schemas.model import Flow, read_flow
from tiercel_schemas.model.project import Project
from tiercel_schemas.source.parser import parse_source
from tiercel_schemas.source.values import plain_value
from tiercel_schemas.versions import KestraVersion
from tiercel_server.cli.running.changes import Outside, literal, what_runs_again

DATA: dict[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("changes.yaml").read_text("utf-8"))


def flow_of(text: str) -> Flow:
    root = parse_source(text).documents[0].root
    assert root is not None
    return read_flow(plain_value(root), KestraVersion.V2_0)


@pytest.fixture
def surroundings(tmp_path: Path) -> Surroundings:
    return Surroundings(local_services(tmp_path / ".tiercel", Project(), tmp_path, {}))


def ran(text: str, surroundings: Surroundings) -> Execution:
    execution = run_flow(RunRequest(flow_of(text), surroundings))
    assert execution.state is State.SUCCESS
    return execution


@pytest.mark.parametrize("name", DATA["cases"])
def test_only_what_a_change_calls_for_runs_again(name: str, surroundings: Surroundings) -> None:
    case = DATA["cases"][name]
    text = DATA["flows"][case["flow"]]
    before = ran(text, surroundings)
    for old, new in case.get("change", {}).items():
        assert old in text
        text = text.replace(old, new)
    again = what_runs_again(before, flow_of(text), Outside(frozenset(case.get("inputs", ()))))
    assert (list(again.tasks), list(again.reused)) == (case["again"], case["reused"])
    after = run_flow(RunRequest(flow_of(text), surroundings, fixtures=again.fixtures))
    assert after.state is State.SUCCESS
    outputs = {run.task_id: run.outputs for run in before.ordered_task_runs()}
    stood = {run.task_id: run.outputs for run in after.ordered_task_runs() if run.task_id in again.reused}
    assert stood == {name: outputs[name] for name in stood}
    assert {run.task_id for run in after.ordered_task_runs() if not run.state.terminated} == set()


def test_a_task_that_failed_runs_again(surroundings: Surroundings) -> None:
    text = DATA["flows"]["plain"].replace("{{ vars.who }}", "{{ nothing }}")
    failed = run_flow(RunRequest(flow_of(text), surroundings))
    assert failed.state is State.FAILED
    again = what_runs_again(failed, flow_of(text), Outside())
    assert again.reused == ("one",)
    assert again.tasks == ("two", "left", "right", "last")


@pytest.mark.parametrize(
    "value",
    [
        "plain",
        "{{ outputs.x }} and {% if %}",
        ["{# a #}", 1, None, {"k": "{{ v }}"}],
        {"deep": {"er": [True, 1.5, "a\nb {{"]}},
    ],
)
def test_outputs_stand_as_they_were(value: Any, surroundings: Surroundings) -> None:
    from tiercel_engine.expressions import Renderer
    from tiercel_engine.expressions.memory_services import MemoryServices
    from tiercel_engine.runtime.rendering import render_deep

    renderer = Renderer(KestraVersion.V2_0, MemoryServices(lambda _: None))
    assert render_deep(renderer, literal(value), {}) == value


def test_what_no_template_can_say_is_not_reused() -> None:
    assert literal("{{ x }} {% endverbatim %}") is None
    assert literal(["a", "{% endverbatim %}"]) is None
    assert literal({"a": {"b": "{% endverbatim %}"}}) is None
