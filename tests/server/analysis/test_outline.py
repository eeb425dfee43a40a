from __future__ import annotations

import pytest

from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.order import order_of
from tiercel_server.workspace import DocumentSnapshot

FLOW = """\
id: sample
namespace: a.b
labels: {team: x}
inputs:
  - {id: name, type: STRING, defaults: x}
  - id: form
    type: FORM
    inputs:
      - {id: child, type: INT}
variables: {a: {b: 1}}
triggers:
  - {id: t, type: io.kestra.plugin.core.trigger.Webhook, key: k}
tasks:
  - id: first
    type: io.kestra.plugin.core.debug.Return
  - id: choice
    type: io.kestra.plugin.core.flow.If
    condition: "{{ true }}"
    then: [{id: yes_task, type: io.kestra.plugin.core.debug.Return}]
    else: [{id: no_task, type: io.kestra.plugin.core.debug.Return}]
    errors: [{id: inner_error, type: io.kestra.plugin.core.debug.Return}]
  - id: switch
    type: io.kestra.plugin.core.flow.Switch
    cases:
      one: [{id: in_case, type: io.kestra.plugin.core.debug.Return}]
    defaults: [{id: in_default, type: io.kestra.plugin.core.debug.Return}]
  - id: graph
    type: io.kestra.plugin.core.flow.Dag
    tasks:
      - task: {id: d1, type: io.kestra.plugin.core.debug.Return}
      - task: {id: d2, type: io.kestra.plugin.core.debug.Return}
        dependsOn: [d1]
      - task: {id: d3, type: io.kestra.plugin.core.debug.Return}
  - id: par
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - {id: p1, type: io.kestra.plugin.core.debug.Return}
      - {id: p2, type: io.kestra.plugin.core.debug.Return, disabled: true}
  - id: pause
    type: io.kestra.plugin.core.flow.Pause
    onPause: {id: on_pause, type: io.kestra.plugin.core.debug.Return}
  - id: loop
    type: io.kestra.plugin.core.flow.Loop
    values: [1]
    tasks: [{id: in_loop, type: io.kestra.plugin.core.debug.Return}]
errors:
  - {id: failed, type: io.kestra.plugin.core.debug.Return}
finally:
  - {id: always, type: io.kestra.plugin.core.debug.Return}
afterExecution:
  - {id: after, type: io.kestra.plugin.core.debug.Return}
outputs:
  - {id: o, type: STRING, value: x}
"""


def analysis(text: str, version: KestraVersion = KestraVersion.V2_0) -> FlowAnalysis:
    return DocumentSnapshot("x.yaml", text, kestra_version=version).flows[0]


def test_tasks_are_found_wherever_they_stand() -> None:
    outline = analysis(FLOW).outline
    assert [(task.id, task.slot, task.parent.id if task.parent else None, task.section) for task in outline.tasks] == [
        ("first", "tasks", None, "tasks"),
        ("choice", "tasks", None, "tasks"),
        ("yes_task", "then", "choice", "tasks"),
        ("no_task", "else", "choice", "tasks"),
        ("inner_error", "errors", "choice", "tasks"),
        ("switch", "tasks", None, "tasks"),
        ("in_case", "cases.one", "switch", "tasks"),
        ("in_default", "defaults", "switch", "tasks"),
        ("graph", "tasks", None, "tasks"),
        ("d1", "tasks", "graph", "tasks"),
        ("d2", "tasks", "graph", "tasks"),
        ("d3", "tasks", "graph", "tasks"),
        ("par", "tasks", None, "tasks"),
        ("p1", "tasks", "par", "tasks"),
        ("p2", "tasks", "par", "tasks"),
        ("pause", "tasks", None, "tasks"),
        ("on_pause", "onPause", "pause", "tasks"),
        ("loop", "tasks", None, "tasks"),
        ("in_loop", "tasks", "loop", "tasks"),
        ("failed", "errors", None, "errors"),
        ("always", "finally", None, "finally"),
        ("after", "afterExecution", None, "afterExecution"),
    ]


def test_spans_and_paths_lead_to_the_text() -> None:
    flow = analysis(FLOW)
    for task in flow.outline.tasks:
        assert task.id_span is not None
        assert flow.source.text.slice(task.id_span) == task.id
        assert flow.outline.tasks_by_path[task.path] is task
        assert flow.outline.task_at((*task.path, "format")) is task
        assert flow.outline.task_around(task.id_span.start) is task


def test_the_other_symbols() -> None:
    outline = analysis(FLOW).outline
    assert [(each.id, each.type, each.has_default) for each in outline.inputs] == [
        ("name", "STRING", True),
        ("form", "FORM", False),
        ("form.child", "INT", False),
    ]
    assert [each.steps for each in outline.variables] == [("a",), ("a", "b")]
    assert [each.id for each in outline.triggers] == ["t"]
    assert [each.id for each in outline.outputs] == ["o"]
    assert [(each.key, each.value) for each in outline.labels] == [("team", "x")]
    assert outline.task("d2") is not None
    assert outline.task("d2").depends_on == ("d1",)
    assert outline.task("p2").disabled


@pytest.mark.parametrize(
    ("named", "at", "order"),
    [
        ("first", "choice", "before"),
        ("choice", "first", "later"),
        ("first", "first", "own"),
        ("choice", "yes_task", "around"),
        ("yes_task", "choice", "inside"),
        ("yes_task", "no_task", "other-branch"),
        ("yes_task", "inner_error", "before"),
        ("inner_error", "yes_task", "later"),
        ("in_case", "in_default", "other-branch"),
        ("yes_task", "switch", "before"),
        ("d1", "d2", "before"),
        ("d2", "d1", "later"),
        ("d3", "d2", "sibling"),
        ("p1", "p2", "sibling"),
        ("p1", "pause", "before"),
        ("in_loop", "failed", "in-loop"),
        ("first", "in_loop", "before"),
        ("always", "failed", "later"),
        ("failed", "always", "before"),
        ("always", "after", "before"),
        ("after", "first", "later"),
    ],
)
def test_the_order_of_tasks(named: str, at: str, order: str) -> None:
    outline = analysis(FLOW).outline
    first, second = outline.task(named), outline.task(at)
    assert first is not None
    assert second is not None
    assert order_of(first, second) == order


@pytest.mark.parametrize(
    "tasks",
    [
        "  - id: x\n    type: io.kestra.plugin.core.flow.Par\n    tasks:\n      - id: y\n",
        "  - id: x\n    tasks:\n      - id: y\n        type: io.kestra.plugin.core.log.Log\n",
        "  - id: x\n    type: io.kestra.plugin.core.flow.ForEach\n    tasks:\n      - id: y\n",
    ],
)
def test_tasks_inside_unknown_and_half_typed_ones_are_found(tasks: str) -> None:
    assert [task.id for task in analysis(f"id: a\nnamespace: b\ntasks:\n{tasks}").outline.tasks] == ["x", "y"]


def test_merged_mappings_count() -> None:
    text = (
        "id: a\nnamespace: b\ntasks:\n"
        "  - &base {id: x, type: io.kestra.plugin.core.log.Log, message: m}\n  - {<<: *base, id: y}\n"
    )
    kinds = [(task.id, task.type.rsplit(".", 1)[-1]) for task in analysis(text).outline.tasks]
    assert kinds == [("x", "Log"), ("y", "Log")]
