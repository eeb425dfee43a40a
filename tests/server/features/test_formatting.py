"""Formatting: one form, the same meaning, the same comments, and nothing to do the second time."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiercel_schemas.source.parser import parse_source
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.values import plain_value
from tiercel_server.features.formatting import format_text, formatting_edits
from tiercel_server.features.typing_indent import indent_of_new_line
from tiercel_server.workspace import DocumentSnapshot

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpus" / "flows"
UNTIDY = """\


id:    a
namespace: n


tasks:
-   id: one   # first
    type: io.kestra.plugin.core.log.Log
    # about the message
    message: |2
        two
      four

    level:   INFO
# below
-
    id: two
    type: x
    env:
         A: "multi
           line"
         B: [a,
           b]
    list:
    - - a
      - b
    -   - c
    # trailing
    x: >-
          folded
           more

          end
# last

"""
TIDY = """\
id: a
namespace: n

tasks:
  - id: one   # first
    type: io.kestra.plugin.core.log.Log
    # about the message
    message: |2
        two
      four

    level: INFO
  # below
  -
    id: two
    type: x
    env:
      A: "multi
        line"
      B: [a,
        b]
    list:
      - - a
        - b
      - - c
    # trailing
    x: >-
      folded
       more

      end
# last
"""


def edited(text: str, within: Span | None = None) -> str:
    for edit in reversed(formatting_edits(text, within)):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_the_form(end: str) -> None:
    text = UNTIDY.replace("\n", end)
    assert format_text(text) == TIDY.replace("\n", end)
    assert edited(text) == TIDY.replace("\n", end)
    assert format_text(TIDY) == TIDY


@pytest.mark.parametrize(
    "text",
    [
        "a: [1,\n",
        "id: a\n\tb: c\n",
        "a: |+\n  x\n\n\n",
        "a: |\n  x\n   \n  y\n",
        "? complex\n: value\n",
        "a: &x\n    b: 1\nc: *x\n",
        "a: !!str 1\n",
        "- a\n-   b\n",
        "--- # one\na: 1\n---\nb:   2\n...\n",
        "a: 'x\n\n  y'\n",
        "plain\n",
        "",
        "# only a comment\n",
        "a:\n- &b c: 1\n- *b\n",
    ],
)
def test_odd_texts_keep_their_meaning(text: str) -> None:
    formatted = format_text(text)
    before, after = parse_source(text), parse_source(formatted)
    if before.problems:
        assert formatted == text
        return
    assert not after.problems
    assert [plain_value(each.root) for each in before.documents] == [plain_value(each.root) for each in after.documents]
    assert format_text(formatted) == formatted


_WORDS = st.sampled_from(["a", "b c", "'x'", "1", "true", "", "{{ inputs.a }}", "# no comment", "- x", "a: b", "é 🦅"])
_VALUES = st.recursive(
    _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(value=_VALUES, indent=st.integers(1, 5), dash=st.integers(0, 3), width=st.sampled_from([20, 1000]))
def test_any_value_written_any_way_keeps_its_meaning(value: object, indent: int, dash: int, width: int) -> None:
    from io import StringIO

    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.indent(mapping=indent + 1, sequence=indent + dash + 2, offset=dash)
    yaml.width = width
    written = StringIO()
    yaml.dump({"id": "x", "value": value}, written)
    text = written.getvalue()
    before = parse_source(text)
    formatted = format_text(text)
    after = parse_source(formatted)
    if before.problems:
        assert formatted == text
        return
    assert [plain_value(each.root) for each in before.documents] == [plain_value(each.root) for each in after.documents]
    assert format_text(formatted) == formatted


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus lies beside the repository")
def test_real_flows_keep_their_meaning_and_need_it_once() -> None:
    changed = 0
    for path in sorted(CORPUS.glob("*.yaml")):
        text = path.read_bytes().decode()
        formatted = format_text(text)
        changed += formatted != text
        assert format_text(formatted) == formatted, path.name
        before, after = parse_source(text), parse_source(formatted)
        values = [[plain_value(each.root) for each in source.documents] for source in (before, after)]
        assert values[0] == values[1], path.name
    assert changed > 10


def test_a_selection_alone_changes() -> None:
    text = "id:   a\nnamespace:   n\ntasks:   []\n"
    line = text.index("namespace")
    assert edited(text, Span(line, line + 3)) == "id:   a\nnamespace: n\ntasks:   []\n"


@pytest.mark.parametrize(
    ("before", "column"),
    [
        ("tasks:", 2),
        ("tasks:\n  - id: a", 4),
        ("tasks:\n  - id: a\n    type: b", 4),
        ("tasks:\n  - id: a\n    message: |", 6),
        ("tasks:\n  - id: a\n    env: # later", 6),
        ("tasks: []", 0),
    ],
)
def test_a_new_line_begins_where_its_content_belongs(before: str, column: int) -> None:
    text = f"id: x\nnamespace: n\n{before}\n"
    for blanks in ("", "         "):
        snapshot = DocumentSnapshot("file:///a.yaml", text + blanks)
        (text_after,) = (
            [text + blanks] if not (edits := indent_of_new_line(snapshot, len(text))) else [text + edits[0].text]
        )
        assert text_after == text + " " * column


def test_inside_of_a_text_a_new_line_stays_where_it_is() -> None:
    text = "id: x\nnamespace: n\ntasks:\n  - id: a\n    message: |\n      key: value\n"
    assert indent_of_new_line(DocumentSnapshot("file:///a.yaml", text), len(text)) == []
