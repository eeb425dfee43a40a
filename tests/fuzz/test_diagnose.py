"""Half-typed and damaged flows get findings, never an exception, and every finding lies inside the text."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiercel_schemas.source.nodes import MappingNode
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis import scopes
from tiercel_server.analysis.order import Order, order_of
from tiercel_server.analysis.symbols import TaskSymbol
from tiercel_server.rules import diagnose
from tiercel_server.workspace import DocumentSnapshot, ProjectSettings

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
EVERYTHING = ProjectSettings(
    profiles=frozenset({"practice", "security"}), secrets=frozenset({"A"}), kv=frozenset({"B"})
)
FLOW = """\
id: x
namespace: a.b
inputs:
  - &anchor {id: i, type: SELECT, values: [a, b], defaults: a, dependsOn: {inputs: [j]}}
  - <<: *anchor
    id: j
variables: {v: {w: "{{ inputs.i }}"}}
triggers:
  - {id: t, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 9 * * *", inputs: {i: a}}
tasks:
  - id: graph
    type: io.kestra.plugin.core.flow.Dag
    tasks:
      - task: {id: one, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs['two'].value ?? 'x' | upper }}"}
        dependsOn: [two]
      - task: {id: two, type: io.kestra.plugin.core.debug.Return}
  - id: sw
    type: io.kestra.plugin.core.flow.Switch
    value: "{% for x in [1] %}{{ x }}{% endfor %}"
    cases: {a: [{id: three, type: io.kestra.plugin.core.log.Log, message: "{{ item.value }}"}]}
outputs: [{id: o, type: STRING, value: "{{ outputs.sw.value is defined ? secret('A') : kv('B') }}"}]
"""


def check(text: str) -> None:
    for version in KestraVersion:
        snapshot = DocumentSnapshot("x.yaml", text, kestra_version=version, settings=EVERYTHING)
        for finding in diagnose(snapshot):
            assert 0 <= finding.span.start <= finding.span.end <= len(text), finding
            json.dumps(dict(finding.data))
        for flow in snapshot.flows:
            for task in flow.outline.tasks:
                assert set(flow.scope_at(task.path).roots) == set(flow.scope_at(task.path).root_names)


def test_every_prefix_is_checked() -> None:
    for end in range(len(FLOW)):
        check(FLOW[:end])


def test_every_line_may_be_missing_or_stand_twice() -> None:
    lines = FLOW.splitlines(keepends=True)
    for number in range(len(lines)):
        check("".join(lines[:number] + lines[number + 1 :]))
        check("".join(lines[: number + 1] + lines[number:]))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_damage_is_borne(data: st.DataObject) -> None:
    text = FLOW
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 30)))
        text = (
            text[:start]
            + data.draw(st.text("{}[]:&*!|>-'\"\n\t #<%~?.ab1\ud7ff\u0085\U0001f600", max_size=8))
            + text[end:]
        )
    check(text)


@pytest.mark.skipif(
    not SHARED.is_dir() and not os.environ.get("CI"), reason="the corpus is not beside the repository (../shared)"
)
def test_real_flows_cut_off_anywhere() -> None:
    dice = random.Random(1)
    for path in sorted((SHARED / "corpus" / "flows").iterdir()):
        text = path.read_text(encoding="utf-8")
        check(text[: dice.randrange(len(text))])


@pytest.mark.parametrize(
    "text",
    [
        "id: x\nnamespace: y\ntasks: &a\n  - *a\n",
        "id: x\nnamespace: y\nvariables: &a {b: *a, c: *a}\ntasks: []\n",
        "id: x\nnamespace: y\ntasks: &t\n  - {id: a, type: io.kestra.plugin.core.flow.Sequential, tasks: *t}\n",
        "id: x\nnamespace: y\ntasks:\n  - &t {id: a, <<: *t, type: q}\n",
        "id: x\nnamespace: y\nvariables:\n  a: &a [x]\n"
        + "".join(
            f"  b{n}: &b{n} [*{'a' if not n else f'b{n - 1}'}, *{'a' if not n else f'b{n - 1}'}]\n" for n in range(40)
        ),
        "id: x\nnamespace: y\ntasks:\n  - {id: a, type: [b], retry: x, timeout: {}}\ninputs: x\ntriggers: {a: b}\n",
        "? [a]\n: b\nid: x\nnamespace: y\n",
        "id: x\nnamespace: y\ntasks: null\ninputs: [null, 3, [x]]\n",
        "id: "
        + "{{" * 2000
        + "\nnamespace: y\ntasks:\n  - {id: a, type: io.kestra.plugin.core.log.Log, message: '"
        + "{{ (" * 2000
        + "'}\n",
        "id: x\nnamespace: y\ninputs:\n  - {id: a, type: STRING, validator: '(a+)+$', defaults: '"
        + "a" * 5000
        + "!'}\ntasks: []\n",
    ],
)
def test_hostile_texts(text: str) -> None:
    check(text)


def test_a_flow_is_told_by_its_content() -> None:
    flows = ("id: a\nnamespace: b\n", "tasks:\n  - type: io.kestra.plugin.core.log.Log\n", "id: a\ntasks:\n")
    others = (
        "services: {}\n",
        "tasks:\n  build: {}\nid: x\n",
        "- a\n",
        "",
        "apiVersion: v1\nid: a\nnamespace: b\n",
        "a: b\n",
    )
    assert all(DocumentSnapshot("x", text).flows for text in flows)
    assert not any(DocumentSnapshot("x", text).flows for text in others)
    assert isinstance(DocumentSnapshot("x", flows[0]).flows[0].root, MappingNode)


def test_work_grows_with_the_flow_not_with_its_square(monkeypatch: pytest.MonkeyPatch) -> None:
    count = 0

    def counted(named: TaskSymbol, at: TaskSymbol) -> Order:
        nonlocal count
        count += 1
        return order_of(named, at)

    monkeypatch.setattr(scopes, "order_of", counted)
    size = 300
    tasks = "".join(
        f"  - id: t{n}\n    type: io.kestra.plugin.core.debug.Return\n"
        f'    format: "{{{{ outputs.t{max(n - 1, 0)}.value | upper }}}} {{{{ outputs.t0.value == 1 }}}}"\n'
        for n in range(size)
    )
    diagnose(DocumentSnapshot("x.yaml", f"id: a\nnamespace: b\ntasks:\n{tasks}"))
    assert 0 < count <= 6 * size
