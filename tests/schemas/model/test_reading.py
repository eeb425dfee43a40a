"""Flows read from plain data: what is taken, what is refused and where."""

from __future__ import annotations

from typing import Any

import pytest

from tiercel_schemas.model import FlowError, read_flow
from tiercel_schemas.model.flowables import Dag, If, Loop, Switch
from tiercel_schemas.versions import KestraVersion

V2, V1 = KestraVersion.V2_0, KestraVersion.V1_3
LOG = {"type": "io.kestra.plugin.core.log.Log", "message": "m"}


def flow(*tasks: Any, **fields: Any) -> dict[str, Any]:
    return {"id": "f", "namespace": "a.b", "tasks": list(tasks), **fields}


def core(name: str, **fields: Any) -> dict[str, Any]:
    return {"id": "x", "type": f"io.kestra.plugin.core.flow.{name}", **fields}


def problems(written: Any, version: KestraVersion = V2) -> list[tuple[tuple[str | int, ...], str]]:
    with pytest.raises(FlowError) as caught:
        read_flow(written, version)
    return [(problem.path, problem.message) for problem in caught.value.problems]


def test_flowables_have_their_children_as_tasks() -> None:
    read = read_flow(
        flow(
            core("If", condition=True, then=[{"id": "a", **LOG}], **{"else": [{"id": "b", **LOG}]}),
            {**core("Switch", value=3, cases={1: [{"id": "c", **LOG}]}), "id": "y"},
            {**core("Dag", tasks=[{"task": {"id": "d", **LOG}}]), "id": "z"},
        ),
        V2,
    )
    first, second, third = read.tasks
    assert isinstance(first, If)
    assert first.condition == "true"
    assert isinstance(second, Switch)
    assert list(second.cases) == ["1"]
    assert isinstance(third, Dag)
    assert [task.id for task in read.all_tasks()] == ["x", "a", "b", "y", "c", "z", "d"]


def test_properties_of_a_type_stay_plain_data() -> None:
    task = read_flow(flow({"id": "a", **LOG, "level": "WARN", "allowFailure": "true", "runIf": True}), V2).tasks[0]
    assert task.properties == {"message": "m", "level": "WARN"}
    assert task.allow_failure is True
    assert task.run_if == "true"


def test_scalars_are_read_as_text_where_text_is_wanted() -> None:
    read = read_flow({"id": False, "namespace": 1.5, "tasks": [{"id": 12, **LOG}], "labels": {"n": 1, "b": True}}, V2)
    assert (read.id, read.namespace, read.tasks[0].id) == ("false", "1.5", "12")
    assert [(label.key, label.value) for label in read.labels] == [("n", "1"), ("b", "true")]


def test_old_names_of_types() -> None:
    task = read_flow(flow({"id": "a", "type": "io.kestra.core.tasks.debugs.Return"}), V1).tasks[0]
    assert task.type == "io.kestra.plugin.core.debug.Return"
    assert task.written_type == "io.kestra.core.tasks.debugs.Return"


def test_each_line_has_its_own_loops() -> None:
    body = {"values": [1], "tasks": [{"id": "a", **LOG}]}
    assert isinstance(read_flow(flow(core("Loop", **body)), V2).tasks[0], Loop)
    assert problems(flow(core("Loop", **body)), V1)[0][1] == "Invalid type: io.kestra.plugin.core.flow.Loop"
    assert problems(flow(core("ForEach", **body)), V2)[0][1] == "Invalid type: io.kestra.plugin.core.flow.ForEach"


@pytest.mark.parametrize(
    ("written", "path", "message"),
    [
        (flow(), ("tasks",), "must not be empty"),
        ({"id": "f", "namespace": "a"}, ("tasks",), "must not be null"),
        (flow({"id": "a.b", **LOG}), ("tasks", 0, "id"), 'must match "^[a-zA-Z0-9][a-zA-Z0-9_-]*"'),
        (flow(core("Sequential", tasks=[])), ("tasks", 0), "The 'tasks' property cannot be empty"),
        (flow(core("Sequential", tasks=[{"id": "a"}])), ("tasks", 0, "tasks", 0), "Invalid type: <null>"),
        (flow({"id": "a", **LOG}, retry={"type": "constant"}), ("retry", "interval"), "must not be null"),
        (
            flow({"id": "a", **LOG, "retry": {"type": "constant", "interval": "PT1S", "maxAttempts": 0}}),
            ("tasks", 0, "retry", "maxAttempts"),
            "must be greater than or equal to 1",
        ),
        (flow({"id": "a", **LOG}, labels=[{"key": "k", "value": ""}]), ("labels", 0, "value"), "must not be empty"),
        (
            flow({"id": "a", **LOG}, errors=[{"id": "a", **LOG}]),
            ("tasks",),
            "Invalid Flow: Duplicate task id with name [a]",
        ),
        (
            flow(core("Dag", tasks=[{"task": {"id": "a", **LOG}, "dependsOn": ["a"]}])),
            ("tasks", 0),
            "Cyclic dependency detected: a",
        ),
        (
            flow(core("Dag", tasks=[{"task": {"id": "a", **LOG}, "dependsOn": ["z"]}])),
            ("tasks", 0),
            "Not existing task id in dependency: z",
        ),
        (
            flow(core("Subflow", namespace="a.b", flowId="f")),
            ("tasks",),
            "Invalid Flow: Recursive call to flow [a.b.f]",
        ),
        (
            flow({"id": "a", **LOG}, labels={"system.x": "y"}),
            ("labels",),
            "Invalid Flow: System labels can only be set by Kestra itself, offending label: system.x=y",
        ),
    ],
)
def test_refusals_name_their_place(written: Any, path: tuple[str | int, ...], message: str) -> None:
    assert (path, message) in problems(written)


def test_all_problems_are_told_at_once() -> None:
    found = problems({"id": "-", "namespace": "A", "tasks": [{"id": "a"}]})
    assert len(found) == 3


@pytest.mark.parametrize("written", [[], None, "text", 3, {}])
def test_what_is_no_flow_is_refused(written: Any) -> None:
    assert problems(written)


def test_depth_is_bounded() -> None:
    task: dict[str, Any] = {"id": "t0", **LOG}
    for number in range(1, 400):
        task = {**core("Sequential", tasks=[task]), "id": f"t{number}"}
    assert "nested" in problems(flow(task))[0][1]


def test_plugin_defaults_of_1_3() -> None:
    written = flow(
        {"id": "a", "type": LOG["type"], "nested": {"y": 3}, "list": [2]},
        {"id": "b", "type": "io.kestra.plugin.core.debug.Return", "format": "own"},
        pluginDefaults=[
            {"type": LOG["type"], "values": {"message": "first", "nested": {"x": 1, "y": 2}, "list": [1]}},
            {"type": LOG["type"], "values": {"message": "second"}},
            {"type": "io.kestra.plugin.core.debug", "forced": True, "values": {"format": "forced"}},
        ],
    )
    read = read_flow(written, V1)
    assert read.tasks[0].properties == {"message": "first", "nested": {"x": 1, "y": 3}, "list": [1, 2]}
    assert read.tasks[1].properties == {"format": "forced"}
    assert read_flow(written, V2).tasks[1].properties == {"format": "own"}


def test_plugin_defaults_by_name() -> None:
    task = {"id": "a", "type": LOG["type"], "message": "m", "pluginDefaultsRef": "quiet"}
    named = {"type": LOG["type"], "ref": "quiet", "values": {"level": "DEBUG"}}
    other = {"type": LOG["type"], "values": {"level": "ERROR"}}
    assert read_flow(flow(task, pluginDefaults=[named, other]), V1).tasks[0].properties["level"] == "DEBUG"
    assert "No plugin-defaults exists" in problems(flow(task, pluginDefaults=[other]), V1)[0][1]


def test_reading_again_gives_the_same_flow() -> None:
    read = read_flow(flow(core("Sequential", tasks=[{"id": "a", **LOG}]), description="d"), V2)
    assert read_flow(read.source, read.version) == read
