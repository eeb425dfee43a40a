"""What helps reading: colours by meaning, hints, selections, links, linked editing, symbols of a workspace."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.server.features.marked import CURSOR
from tiercel_schemas.source.spans import Span
from tiercel_server.features.document_links import NamespaceFile, document_links
from tiercel_server.features.inlay_hints import HintSources, inlay_hints
from tiercel_server.features.linked_editing import linked_ranges
from tiercel_server.features.run_report import TaskEnd
from tiercel_server.features.selection_ranges import selection_ranges
from tiercel_server.features.semantic_tokens import semantic_tokens
from tiercel_server.features.workspace_symbols import workspace_symbols
from tiercel_server.workspace import DocumentSnapshot
from tiercel_server.workspace.index import WorkspaceIndex

MOMENT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HEAD = "id: f\nnamespace: n\n"


def _document(text: str, name: str = "file:///f.yaml") -> DocumentSnapshot:
    return DocumentSnapshot(name, text)


def _log(message: str) -> str:
    return f"{HEAD}tasks:\n  - id: a\n    type: io.kestra.plugin.core.log.Log\n    message: {message}\n"


# --- colours ---------------------------------------------------------------------------------------------------

TOKENS = [
    (
        '"{{ inputs.x | upper }}"',
        ["operator {{", "variable inputs", "parameter x", "method upper", "operator }}"],
    ),
    (
        "\"{{ now() ~ 'a' ~ 1 ~ true }}\"",
        [
            "operator {{",
            "function now",
            "operator ~",
            "string 'a'",
            "operator ~",
            "number 1",
            "operator ~",
            "keyword true",
            "operator }}",
        ],
    ),
    (
        "|\n      {% for d in [1] %}\n      {{ d is even and kv('k') }}\n      {% endfor %}",
        [
            "operator {%",
            "keyword for",
            "variable d",
            "number 1",
            "operator {{",
            "variable d",
            "keyword even",
            "keyword and",
            "function kv",
            "enumMember k",
            "operator }}",
        ],
    ),
]


@pytest.mark.parametrize(("message", "wanted"), TOKENS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_tokens_of_expressions(message: str, wanted: list[str], line_end: str) -> None:
    snapshot = _document(_log(message).replace("\n", line_end))
    start = snapshot.text.text.index("message")
    found = [
        f"{each.type} {snapshot.text.slice(each.span)}" for each in semantic_tokens(snapshot) if each.span.start > start
    ]
    assert [each for each in wanted if each not in found] == []
    assert [each for each in found if each not in wanted] == []
    assert all(each.span.end > each.span.start for each in semantic_tokens(snapshot))


def test_tokens_of_declarations() -> None:
    snapshot = _document(_log("x"))
    found = {snapshot.text.slice(each.span): (each.type, each.modifiers) for each in semantic_tokens(snapshot)}
    assert found == {
        "f": ("namespace", ("declaration",)),
        "n": ("namespace", ("declaration",)),
        "a": ("function", ("declaration",)),
        "io.kestra.plugin.core.log.Log": ("type", ()),
    }
    some = semantic_tokens(snapshot, Span(0, 6))
    assert [snapshot.text.slice(each.span) for each in some] == ["f"]


def test_other_yaml_has_no_colours() -> None:
    assert semantic_tokens(_document("services:\n  web:\n    image: '{{ inputs.x }}'\n")) == ()


# --- hints -----------------------------------------------------------------------------------------------------


def _hints(text: str, sources: HintSources) -> list[tuple[str, str]]:
    snapshot = _document(text)
    return [
        (snapshot.text.line_text(snapshot.text.line_at(each.offset)).strip(), each.text)
        for each in inlay_hints(snapshot, None, sources)
    ]


def _schedule(*lines: str) -> str:
    inside = "".join(f"    {line}\n" for line in lines)
    return f"{HEAD}triggers:\n  - id: t\n    type: io.kestra.plugin.core.trigger.Schedule\n{inside}"


@pytest.mark.parametrize(
    ("lines", "end"),
    [
        (['cron: "0 9 * * *"'], "next Tue 24 Nov 09:00"),
        (['cron: "0 14 * * *"', "timezone: Europe/Paris"], "next Mon 23 Nov 14:00"),
        (['cron: "0 9 * * *"', "disabled: true"], "09:00"),
        (['cron: "0 0 9 * * *"', "withSeconds: true"], "next Tue 24 Nov 09:00"),
        (['cron: "0 9 * * *"', 'timezone: "{{ vars.zone }}"'], "09:00"),
        (['cron: "0 9 * * *"', "timezone: Not/There"], "09:00"),
    ],
)
def test_schedules_in_words(lines: list[str], end: str) -> None:
    ((_, text),) = _hints(_schedule(*lines), HintSources(moment=MOMENT))
    assert text.endswith(end)


def test_a_schedule_that_can_not_be_read_has_no_hint() -> None:
    assert _hints(_schedule("cron: every day"), HintSources(moment=MOMENT)) == []


def test_types_of_inputs() -> None:
    inputs = "inputs:\n  - {id: n, type: INT}\n  - {id: a.b, type: ARRAY, itemType: INT}\n"
    text = _log("\"{{ inputs.n }} {{ inputs['a'].b }} {{ inputs.none }}\"") + inputs
    snapshot = _document(text)
    found = {each.text: text[: each.offset].rpartition("{{ ")[2] for each in inlay_hints(snapshot, None, HintSources())}
    assert found == {": INT": "inputs.n", ": ARRAY of INT": "inputs['a'].b"}


def test_the_last_run() -> None:
    ends = {"f": {"a": TaskEnd("FAILED", 1.26, 3), "gone": TaskEnd("SUCCESS", 1, 1)}}
    assert _hints(_log("x"), HintSources(task_ends=ends)) == [("- id: a", "✗ FAILED in 1.3 s, 3 runs")]
    assert _hints(_log("x"), HintSources(task_ends={"other": ends["f"]})) == []


# --- selections ------------------------------------------------------------------------------------------------


def test_selections_widen() -> None:
    text = _log('"{{ outputs.a.val‸ue }} b"')
    snapshot = _document(text.replace(CURSOR, ""))
    found = [snapshot.text.slice(each) for each in selection_ranges(snapshot, text.index(CURSOR))]
    wanted = [
        "value",
        "outputs.a.value",
        "{{ outputs.a.value }}",
        "{{ outputs.a.value }} b",
        '"{{ outputs.a.value }} b"',
    ]
    assert found[:5] == wanted
    assert found[5].startswith("message: ")
    assert found[-1] == snapshot.text.text
    assert selection_ranges(_document(""), 0) == (Span(0, 0),)


# --- links -----------------------------------------------------------------------------------------------------


def test_links_to_files_of_namespaces() -> None:
    text = _log("\"{{ read('a/b.py') }} nsfile:///c.txt nsfile://other.ns/d.txt {{ read(inputs.x) }}\"")
    text += "    namespaceFiles:\n      include: [e.sh, '*.py']\n"
    found = [each.target for each in document_links(_document(text)) if isinstance(each.target, NamespaceFile)]
    assert sorted((each.namespace, each.path) for each in found) == [
        ("n", "a/b.py"),
        ("n", "c.txt"),
        ("n", "e.sh"),
        ("other.ns", "d.txt"),
    ]


# --- linked editing --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (_log('"{{ outputs.a‸.x }}"'), 2),
        (_log("\"{{ outputs['a‸'].x }}\""), 2),
        (_log("x‸"), 0),
        (_log('"{{ outputs.no‸ne.x }}"'), 0),
        (_log("x").replace("id: a", "id: a‸"), 0),
        (_log('"{{ outputs.a.x }}"').replace("id: a", "id: a‸") + "  - id: [\n", 0),
        (_log("\"{{ outputs['a-b'].x }}\"").replace("id: a", "id: a-‸b"), 0),
        (_log('"{% set q = 1 %}{{ q‸ }}"'), 2),
    ],
)
def test_linked_editing(text: str, count: int) -> None:
    snapshot = _document(text.replace(CURSOR, ""))
    assert len(linked_ranges(snapshot, text.index(CURSOR), WorkspaceIndex(None, [snapshot]))) == count


def test_what_other_documents_name_is_not_linked() -> None:
    outputs = "outputs:\n  - {id: o, type: INT, value: '{{ inputs.x }}'}\n"
    child = _document(f"{HEAD}inputs:\n  - {{id: x, type: INT}}\n{outputs}")
    call = "  - id: c\n    type: io.kestra.plugin.core.flow.Subflow\n    namespace: n\n    flowId: f\n"
    offset = child.text.text.index("id: x") + 4
    assert len(linked_ranges(child, offset, WorkspaceIndex(None, [child]))) == 2
    parent = _document(f"id: p\nnamespace: n\ntasks:\n{call}    inputs: {{x: 1}}\n", "file:///p.yaml")
    assert linked_ranges(child, offset, WorkspaceIndex(None, [child, parent])) == ()


# --- symbols ---------------------------------------------------------------------------------------------------


def test_symbols_come_closest_first() -> None:
    names = ["load", "preload", "l-o-a-d", "other"]
    texts = [_log("x").replace("id: a", f"id: {name}").replace("id: f", f"id: flow{n}") for n, name in enumerate(names)]
    index = WorkspaceIndex(None, [_document(text, f"file:///{n}.yaml") for n, text in enumerate(texts)])
    assert [each.text for each in workspace_symbols("load", index)] == ["load", "preload", "l-o-a-d"]
    assert [each.text for each in workspace_symbols("flow2/load", index)] == ["l-o-a-d"]
    assert [each.text for each in workspace_symbols("n.flow1", index)] == ["flow1"]
    assert workspace_symbols("load", index)[0].container == "n.flow0"
