"""Bytes to lines: whatever way they are cut, the same lines come out, and little is kept meanwhile."""

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from tiercel_engine.runners.lines import LONGEST_LINE, LineSplitter


def lines_of(chunks):
    heard = []
    splitter = LineSplitter(heard.append)
    for chunk in chunks:
        splitter.feed(chunk)
    splitter.end()
    return heard


@given(st.text(alphabet="aä€😀\n\r:{}", max_size=60), st.lists(st.integers(1, 7), max_size=30))
def test_cuts_make_no_difference(text, sizes):
    data = text.encode()
    chunks, start = [], 0
    for size in sizes:
        chunks.append(data[start : start + size])
        start += size
    chunks.append(data[start:])
    expected = [line.removesuffix("\r") for line in text.split("\n")]
    if not text.split("\n")[-1]:
        expected.pop()
    assert lines_of(chunks) == expected


def test_bytes_that_are_no_text():
    assert lines_of([b"a\xff\xfeb\n\xc3", b"\x28\n"]) == ["a\ufffd\ufffdb", "\ufffd("]


def test_a_long_line_comes_in_pieces_that_keep_characters_whole():
    line = "ä" * LONGEST_LINE
    heard = lines_of([b"x" + line.encode(), b"\nend\n"])
    assert "".join(heard[:-1]) == "x" + line
    assert heard[-1] == "end"
    assert max(len(piece.encode()) for piece in heard) <= LONGEST_LINE


def test_a_message_of_the_protocol_stays_in_one_piece():
    message = b'::{"outputs": {"a": "' + b"x" * (3 * LONGEST_LINE) + b'"}}::'
    pieces = [message[start : start + 65536] for start in range(0, len(message), 65536)]
    assert lines_of([*pieces, b"\n"]) == [message.decode()]


def test_little_is_kept_of_much():
    splitter = LineSplitter(lambda line: None)
    chunk = b"y" * 65_536
    tracemalloc.start()
    for _ in range(2_000):  # 131 MB without a line's end
        splitter.feed(chunk)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 16 << 20
