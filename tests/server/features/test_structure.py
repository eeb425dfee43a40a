"""Outline, lenses, folds, definition and references."""

from __future__ import annotations

import pytest

from tests.server.features.marked import CURSOR
from tiercel_server.features.code_lens import LastRun, code_lenses, duration_text
from tiercel_server.features.folding import folds
from tiercel_server.features.navigation import definition, references
from tiercel_server.features.symbols import DocumentSymbol, document_symbols
from tiercel_server.workspace import DocumentSnapshot

FLOW = """\
id: hello
namespace: company.team
inputs:
  - id: who
    type: STRING
  - id: db.host
    type: STRING
    dependsOn:
      inputs: [who]
variables:
  deep:
    er: 1
tasks:
  - id: dag
    type: io.kestra.plugin.core.flow.Dag
    tasks:
      - task:
          id: a-b
          type: io.kestra.plugin.core.debug.Return
          format: "{{ inputs.who }} {{ inputs.db.host }} {{ vars.deep.er }}"
      - task:
          id: two
          type: io.kestra.plugin.core.log.Log
          message: |
            {{ outputs['a-b'].value }}
            {{ tasks['a-b'].state }}
        dependsOn:
          - a-b
triggers:
  - id: daily
    type: io.kestra.plugin.core.trigger.Schedule
    cron: "0 9 * * *"
outputs:
  - id: result
    type: STRING
    value: "{{ outputs.two }} {{ outputs['a-b'].value }}"
"""


def _snapshot(text: str = FLOW) -> DocumentSnapshot:
    return DocumentSnapshot("file:///f.yaml", text)


def _tree(symbol: DocumentSymbol) -> object:
    name = f"{symbol.kind} {symbol.name}"
    return {name: [_tree(child) for child in symbol.children]} if symbol.children else name


def test_outline() -> None:
    (flow,) = document_symbols(_snapshot())
    assert _tree(flow) == {
        "flow hello": [
            "input who",
            "input db.host",
            "variable deep",
            {"flowable dag": ["task a-b", "task two"]},
            "trigger daily",
            "output result",
        ]
    }


def test_names_lie_within_what_they_name() -> None:
    text = "x: &t\n  id: shared\n  type: io.kestra.plugin.core.log.Log\n" + FLOW.replace(
        "  - id: dag", "  - <<: *t\n  - id: dag"
    )
    stack = list(document_symbols(_snapshot(text)))
    assert stack
    while stack:
        symbol = stack.pop()
        assert symbol.name
        assert symbol.span.start <= symbol.name_span.start <= symbol.name_span.end <= symbol.span.end
        stack += symbol.children


def test_a_lens_for_each_flow() -> None:
    snapshot = _snapshot(FLOW + "---\nid: other\nnamespace: n\ntasks: []\n---\nplain: yaml\n")
    first, *of_tasks, second = code_lenses(snapshot, {})
    assert [(lens.title, lens.arguments) for lens in of_tasks] == [
        ("▶ Run to here", (snapshot.name, "dag", "hello")),
        ("▶ Run task", (snapshot.name, "dag", "hello")),
    ]
    assert (first.title, first.command, first.arguments) == ("▶ Run", "tiercel.run", (snapshot.name, {}, "hello"))
    assert second.arguments[2] == "other"
    assert snapshot.text.line_at(second.span.start) == FLOW.count("\n") + 1


def test_lenses_tell_the_last_run() -> None:
    titles = [lens.title for lens in code_lenses(_snapshot(), {"hello": LastRun("SUCCESS", 1.26)})]
    assert titles == ["▶ Run", "✓ SUCCESS in 1.3 s", "▶ Run to here", "▶ Run task", "↻ Replay from here"]
    last = {"hello": LastRun("FAILED", 1, had_inputs=True)}
    assert "▶ Run with the last inputs" in [lens.title for lens in code_lenses(_snapshot(), last)]
    assert [lens.title for lens in code_lenses(_snapshot(), {"hello": LastRun(None)})] == ["■ Cancel"]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 ms"), (0.0123, "12 ms"), (59.94, "59.9 s"), (61, "1 min 1 s"), (3599.7, "60 min 0 s")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_folds() -> None:
    text = _snapshot().text
    first_lines = {text.line_text(fold.start).strip(): text.line_text(fold.end).strip() for fold in folds(_snapshot())}
    assert first_lines["tasks:"] == "- a-b" or first_lines["tasks:"] == "dependsOn:"
    assert first_lines["message: |"] == "{{ tasks['a-b'].state }}"
    assert "hello" not in first_lines


NAVIGATION = [
    ("{{ inputs.w‸ho }}", "who\n    type", 3),
    ("inputs: [w‸ho]", "who\n    type", 3),
    ("inputs.db.ho‸st", "db.host\n    type", 2),
    ("outputs['a‸-b'].value }}\n            ", "a-b\n          type", 5),
    ("tasks['a-‸b']", "a-b\n          type", 5),
    ("- a-‸b\n", "a-b\n          type", 5),
    ("vars.deep.e‸r", "er: 1", 2),
    ("id: t‸wo\n", "two\n          type", 2),
]


@pytest.mark.parametrize(("place", "declared", "count"), NAVIGATION, ids=lambda value: str(value).strip())
def test_definition_and_references(place: str, declared: str, count: int) -> None:
    assert FLOW.count(place.replace(CURSOR, "")) == 1
    offset = FLOW.index(place.replace(CURSOR, "")) + place.index(CURSOR)
    snapshot = _snapshot()
    (where,) = definition(snapshot, offset)
    assert FLOW[where.span.start :].startswith(declared)
    found = [each.span for each in references(snapshot, offset, declaration=True)]
    assert len(found) == count
    assert len({FLOW[each.start : each.end] for each in found} - {"who", "db.host", "host", "a-b", "er", "two"}) == 0
    others = {each.span for each in references(snapshot, offset, declaration=False)}
    assert others == set(found) - {where.span}


@pytest.mark.parametrize("place", ["name‸space", "STR‸ING", "0 9 ‸*"])
def test_nothing_to_go_to(place: str) -> None:
    offset = FLOW.index(place.replace(CURSOR, "")) + place.index(CURSOR)
    assert definition(_snapshot(), offset) == ()
    assert references(_snapshot(), offset, declaration=True) == ()
