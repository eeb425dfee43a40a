"""Reading YAML: what is read of broken text, and what every text must satisfy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode as RuamelMapping
from ruamel.yaml.nodes import ScalarNode as RuamelScalar
from ruamel.yaml.nodes import SequenceNode as RuamelSequence

from tiercel_schemas.source.nodes import MappingNode, Node, ScalarNode, SequenceNode, follow, walk
from tiercel_schemas.source.parser import SourceFile, parse_source
from tiercel_schemas.source.values import TooManyValuesError, plain_value

HERE = Path(__file__).parent
CORPUS = HERE.parents[3] / "shared" / "corpus" / "flows"
EXAMPLES = HERE.parents[2] / "examples"
CASES: list[dict[str, Any]] = YAML(typ="safe").load((HERE / "cases.yaml").read_text(encoding="utf-8"))
FLOW_LIKE = st.text(alphabet=st.sampled_from("ab:- \n\t\"'{}[]|>&*!#%?,\\.1\r~\ufeff😀é\x85"), max_size=80)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_broken_text(case: dict[str, Any]) -> None:
    file = parse_source(case["text"])
    assert plain_value(file.documents[0].root) == case["value"]
    pointed = [[problem.code, file.text.slice(problem.span)] for problem in file.problems]
    assert pointed == case.get("problems", [])
    assert [file.text.slice(stray) for stray in file.strays] == case.get("strays", [])
    assert all(problem.message.endswith((".", "`")) for problem in file.problems)


def _assert_sound(file: SourceFile) -> None:
    length = len(file.text)
    for problem in file.problems:
        assert 0 <= problem.span.start <= problem.span.end <= length
    for document in file.documents:
        if document.root is None:
            continue
        for _, node in walk(document.root):
            assert 0 <= node.span.start <= node.span.end <= length
            if isinstance(node, MappingNode):
                for pair in node.pairs:
                    assert node.span.start <= pair.key.span.start
                    assert pair.span.end <= node.span.end
            elif isinstance(node, SequenceNode):
                for item in node.items:
                    assert node.span.start <= item.span.start <= item.span.end <= node.span.end


@given(st.text(max_size=200) | FLOW_LIKE)
def test_any_text_is_read(text: str) -> None:
    file = parse_source(text)
    _assert_sound(file)
    for document in file.documents:
        plain_value(document.root)


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "{" * 100_000, "- " * 20_000, "? " * 20_000, "'\n" * 5_000, "a\n" * 5_000, "- [\n" * 5_000,
     "&a " * 5_000, "\t\n a", "a: b\n\t\n", "\t\n" * 100,
     "\n".join(" " * depth + "k:" for depth in range(500)), "\ud800", "%YAML 9.9\n---\na: b", "---\n...\n---\n"],
    ids=lambda text: repr(text[:8]),
)  # fmt: skip
def test_texts_that_want_to_hang_the_reader(text: str) -> None:
    _assert_sound(parse_source(text))


def test_aliases_can_not_unfold_without_end() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    file = parse_source("\n".join(lines))
    assert not file.problems
    with pytest.raises(TooManyValuesError):
        plain_value(file.documents[0].root)


def _flows() -> list[Path]:
    return sorted([*CORPUS.glob("*.yaml"), *EXAMPLES.rglob("*.yaml")])


def _assert_same(ours: Node | None, theirs: object) -> None:
    ours = follow(ours)
    if isinstance(theirs, RuamelScalar):
        assert isinstance(ours, ScalarNode)
        assert ours.value == theirs.value
        assert ours.span.start == theirs.start_mark.index or not theirs.value
    elif isinstance(theirs, RuamelSequence):
        assert isinstance(ours, SequenceNode)
        for mine, other in zip(ours.items, theirs.value, strict=True):
            _assert_same(mine, other)
    elif isinstance(theirs, RuamelMapping):
        assert isinstance(ours, MappingNode)
        for pair, (key, value) in zip(ours.pairs, theirs.value, strict=True):
            _assert_same(pair.key, key)
            _assert_same(pair.value, value)


def test_real_flows_read_as_the_reference_reads_them() -> None:
    flows = _flows()
    assert len(flows) > 200, "the corpus belongs beside the repository, in ../shared"
    for path in flows:
        text = path.read_bytes().decode()
        file = parse_source(text)
        assert not file.problems, path.name
        for document, reference in zip(file.documents, YAML(typ="safe", pure=True).compose_all(text), strict=True):
            _assert_same(document.root, reference)


def test_line_ends_change_no_value() -> None:
    for path in _flows()[::7]:
        text = path.read_text(encoding="utf-8")
        for document, other in zip(
            parse_source(text).documents, parse_source(text.replace("\n", "\r\n")).documents, strict=True
        ):
            assert plain_value(document.root) == plain_value(other.root)
