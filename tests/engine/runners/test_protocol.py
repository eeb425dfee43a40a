"""Lines by which scripts hand over values: what is one, what is not, and lines that nobody foresees."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiercel_engine.runners.protocol import BadMessage, read_message


@pytest.mark.parametrize("line", ["plain", "", 'x ::{"outputs": {}}::', "::{}:: x", "::[]::", ":{}:", "{}"])
def test_other_lines_are_no_messages(line):
    assert read_message(line) is None


def test_all_that_a_line_may_hold():
    message = read_message(
        '::{"outputs": {"a": [1], "gone": null},'
        ' "metrics": [{"name": "t", "type": "timer", "value": "PT1M", "tags": {"k": 1}}],'
        ' "logs": [{"level": "warning", "message": "w"}, {"message": "m"}], "assets": []}::'
    )
    assert dict(message.outputs) == {"a": [1]}
    assert [(metric.kind, metric.value, dict(metric.tags)) for metric in message.metrics] == [
        ("timer", 60.0, {"k": "1"})
    ]
    assert message.logs == (("WARN", "w"), ("INFO", "m"))


@pytest.mark.parametrize(
    "content",
    [
        "{broken}",
        '{"outputs": []}',
        '{"outputs": 1}',
        '{"metrics": [{"name": "n"}]}',
        '{"metrics": [{"name": "n", "type": "speed", "value": 1}]}',
        '{"metrics": [{"name": "n", "type": "timer", "value": "1h"}]}',
        '{"logs": [{"level": "LOUD", "message": "m"}]}',
        '{"logs": ["m"]}',
    ],
)
def test_a_message_that_says_nothing_readable_is_told_as_kestra_tells_it(content):
    with pytest.raises(BadMessage) as caught:
        read_message(f"::{content}::")
    assert str(caught.value) == f"Invalid outputs '::{content}::'"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(["outputs", "metrics", "logs", "assets", "x"])


@given(st.dictionaries(KEYS, JSON, max_size=4).map(json.dumps) | st.text())
def test_any_content_is_read_or_refused(content):
    with suppress(BadMessage):
        read_message(f"::{{{content[1:-1]}}}::")
