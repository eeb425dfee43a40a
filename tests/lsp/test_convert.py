"""Positions in every encoding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from tiercel_schemas.source.text import SourceText
from tiercel_server.lsp.convert import Positions
from tiercel_server.lsp.handlers.did_change import edited

TEXTS = st.text(alphabet=st.sampled_from("ab \n\r\té🦅\u2028字"), max_size=30)
ENCODINGS = ["utf-16", "utf-8", "utf-32"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=TEXTS)
def test_offsets_come_back(text: str, encoding: str) -> None:
    source = SourceText(text)
    positions = Positions(source, encoding)
    for offset in range(len(text) + 1):
        inside_line_break = text[offset - 1 : offset + 1] == "\r\n" and offset > 0
        if not inside_line_break:
            assert positions.offset(positions.position(offset)) == offset


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=TEXTS, line=st.integers(0, 40), column=st.integers(0, 200))
def test_any_position_lies_in_the_text(text: str, encoding: str, line: int, column: int) -> None:
    assert 0 <= Positions(SourceText(text), encoding).offset(types.Position(line, column)) <= len(text)


@given(text=TEXTS, new=TEXTS, data=st.data())
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_edit_changes_its_range_only(text: str, new: str, encoding: str, data: st.DataObject) -> None:
    positions = Positions(SourceText(text), encoding)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    where = types.Range(positions.position(start), positions.position(end))
    span = positions.span(where)
    after = edited(text, [types.TextDocumentContentChangePartial(where, new)], encoding)
    assert after == text[: span.start] + new + text[span.end :]
