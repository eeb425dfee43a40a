"""Places: lines, UTF-16 columns, paths, and the way from a scalar's value back into the text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiercel_schemas.source.locate import node_at, path_at, scalar_at, span_of
from tiercel_schemas.source.nodes import ScalarNode, walk
from tiercel_schemas.source.parser import parse_source
from tiercel_schemas.source.scalar_offsets import ScalarOffsets
from tiercel_schemas.source.spans import Position, Span
from tiercel_schemas.source.text import SourceText

CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "flows"

SCALARS = [
    ("plain", "a: one {{ x }} two\n"),
    ("single", "a: 'it''s {{ x }} ok'\n"),
    ("double", 'a: "t\\tq \\"{{ x }}\\" \\u00e9 {{ y }}"\n'),
    ("double over lines", 'a: "one {{ x }}\n   two \\\n   {{ y }}\n\n   three"\n'),
    ("plain over lines", "a: one\n   {{ x }}\n\n   two # note\n"),
    ("literal", "a: |\n    one\n      {{ x }}\n\n    two {{ y }}\n"),
    ("literal with its own indent", "a: |2\n      {{ x }}\n    two\n"),
    ("folded", "a: >-\n  one\n  {{ x }}\n\n  two\n    kept {{ y }}\n  three\n"),
    ("double over YAML's own line breaks", 'a: "one\x85 {{ x }}\u2028  two {{ y }}"\n'),
    ("after an emoji", "a: 😀 {{ x }}\n"),
]


def _only_scalar(text: str) -> tuple[SourceText, ScalarNode]:
    file = parse_source(text)
    node = node_at(file.documents[0].root, ("a",))
    assert isinstance(node, ScalarNode)
    return file.text, node


@pytest.mark.parametrize("text", [text for _, text in SCALARS], ids=[name for name, _ in SCALARS])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_expressions_are_found_where_the_author_wrote_them(text: str, line_end: str) -> None:
    source, node = _only_scalar(text.replace("\n", line_end))
    offsets = ScalarOffsets(source, node)
    assert "{{" in node.value
    at = -1
    while (at := node.value.find("{{", at + 1)) >= 0:
        expression = Span(at, node.value.index("}}", at) + 2)
        placed = offsets.text_span(expression)
        assert source.slice(placed) == node.value[expression.start : expression.end]
        assert offsets.value_index(placed.start) == at


def test_every_character_of_real_flows_has_its_place() -> None:
    for path in sorted(CORPUS.glob("*.yaml"))[::3]:
        file = parse_source(path.read_text(encoding="utf-8"))
        for document in file.documents:
            assert document.root is not None
            for _, node in walk(document.root):
                if isinstance(node, ScalarNode):
                    offsets = ScalarOffsets(file.text, node)
                    for index, character in enumerate(node.value):
                        found = file.text.text[offsets.text_offset(index) : offsets.text_offset(index) + 1]
                        assert found in (character, "\\") or character in " \n", (path.name, node.value[:40])


def test_columns_count_utf16_units() -> None:
    text = SourceText("a😀b\r\n\r\n😀\n")
    assert [text.utf16_position(offset) for offset in (0, 1, 2, 3)] == [(0, 0), (0, 1), (0, 3), (0, 4)]
    assert text.offset_at_utf16(Position(0, 3)) == 2
    assert text.offset_at_utf16(Position(0, 2)) == 2, "the middle of a pair belongs to what follows"
    assert text.offset_at_utf16(Position(0, 99)) == 3, "a column past the line is its end"
    assert text.offset_at_utf16(Position(99, 0)) == len(text)
    assert text.line_count == 4
    assert [text.line_text(line) for line in range(4)] == ["a😀b", "", "😀", ""]


@given(st.text(alphabet="a😀é\r\n", max_size=30))
def test_positions_and_offsets_agree(content: str) -> None:
    text = SourceText(content)
    for offset in range(len(content) + 1):
        inside_break = content[offset - 1 : offset + 1] == "\r\n"
        if not inside_break:
            assert text.offset(text.position(offset)) == offset
            assert text.offset_at_utf16(text.utf16_position(offset)) == offset


FLOW = """\
id: a
tasks:
  - id: t
    message: "{{ x }}"
    list: [one, two]
"""


@pytest.mark.parametrize(
    ("marker", "path", "role"),
    [
        ("id: a", ("id",), "key"),
        ("tasks", ("tasks",), "key"),
        ("t\n", ("tasks", 0, "id"), "value"),
        ("{{ x", ("tasks", 0, "message"), "value"),
        ("list", ("tasks", 0, "list"), "key"),
        ("two", ("tasks", 0, "list", 1), "item"),
    ],
)
def test_paths_by_place(marker: str, path: tuple[str | int, ...], role: str) -> None:
    file = parse_source(FLOW)
    offset = FLOW.rindex(marker) if marker == "t\n" else FLOW.index(marker)
    place = path_at(file.documents[0].root, offset)
    assert place is not None
    assert (place.path, place.role) == (path, role)


def test_a_path_that_leads_nowhere_points_at_its_nearest_parent() -> None:
    file = parse_source(FLOW)
    root = file.documents[0].root
    span = span_of(root, ("tasks", 0, "nothing", "here"))
    assert span is not None
    assert file.text.slice(span).startswith("id: t")
    assert node_at(root, ("tasks", 7)) is None
    found = scalar_at(file, FLOW.index("{{"))
    assert found is not None
    assert found[0] == ("tasks", 0, "message")
