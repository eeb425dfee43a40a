"""Completion, case by case; each also with Windows line ends and behind characters outside the basic plane."""

import pytest

from tests.server.features.around import AROUND
from tests.server.features.marked import Case, read_cases
from tiercel_server.features.completion import complete, documentation
from tiercel_server.features.surroundings import NOTHING_AROUND, Surroundings

CASES = read_cases("completion")
NAMED = read_cases("surroundings")
KNOWN = {"has", "lacks", "first", "only", "none", "insert", "detail", "documented", "version", "apply"}


@pytest.mark.parametrize("variant", ["plain", "crlf", "emoji"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_completion(case: Case, variant: str) -> None:
    _check(case, variant, NOTHING_AROUND)


@pytest.mark.parametrize("variant", ["plain", "crlf", "emoji"])
@pytest.mark.parametrize("case", NAMED, ids=lambda case: case.title)
def test_completion_of_what_is_around(case: Case, variant: str) -> None:
    _check(case, variant, AROUND)


def _check(case: Case, variant: str, around: Surroundings) -> None:
    assert {name for name, _ in case.expected} <= KNOWN
    snapshot, offset = case.opened(variant)
    found = complete(snapshot, offset, around)
    labels = [item.label for item in found.items]
    assert [name for name in case.names("has") if name not in labels] == [], labels[:40]
    assert [name for name in case.names("lacks") if name in labels] == []
    if first := case.names("first"):
        assert labels[: len(first)] == first
    if only := case.names("only"):
        assert sorted(labels) == sorted(only)
    if case.values("none"):
        assert labels == []
    by_label = {item.label: item for item in reversed(found.items)}
    for value in case.values("insert"):
        label, _, text = value.partition(" => ")
        assert by_label[label].insert == text.replace("\\n", "\n")
    for value in case.values("detail"):
        label, _, text = value.partition(" => ")
        assert text in f"{by_label[label].detail} {by_label[label].note}"
    for value in case.values("apply"):
        label, _, line = value.partition(" => ")
        item = by_label[label]
        text = snapshot.text.text
        after = text[: item.span.start] + (item.plain or item.insert) + text[item.span.end :]
        changed = after.replace("\r\n", "\n").split("\n")[snapshot.text.line_at(offset)]
        assert changed.strip() == line.strip()
    for label in case.names("documented"):
        assert documentation(by_label[label].about, snapshot.kestra_version)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_items_are_well_formed(case: Case) -> None:
    snapshot, offset = case.opened()
    for item in complete(snapshot, offset).items:
        assert item.label
        assert item.span.start <= offset <= item.span.end
        assert snapshot.text.line_at(item.span.start) == snapshot.text.line_at(item.span.end)
        if item.snippet:
            assert "$" in item.insert


def test_other_yaml_gets_nothing() -> None:
    from tiercel_server.workspace import DocumentSnapshot

    text = "services:\n  web:\n    image: x\n    "
    assert complete(DocumentSnapshot("file:///compose.yaml", text), len(text)).items == ()
