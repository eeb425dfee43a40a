"""Renaming everything that the corpus declares: what names what stays the same, and no finding comes or goes."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.names import Name
from tiercel_server.features.rename import RenameError, rename
from tiercel_server.rules import diagnose
from tiercel_server.workspace import DocumentSnapshot
from tiercel_server.workspace.index import WorkspaceIndex
from tiercel_server.workspace.session import TextEdit

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
FLOWS = sorted((SHARED / "corpus" / "flows").glob("*.yaml"))
pytestmark = pytest.mark.skipif(
    not SHARED.is_dir() and not os.environ.get("CI"), reason="the corpus is not beside the repository (../shared)"
)
NEW = "quite-another"
KINDS = {"input", "output", "task", "trigger", "variable", "flow", "namespace"}


def test_the_corpus_is_there() -> None:
    assert len(FLOWS) > 100


@pytest.mark.parametrize("path", FLOWS[::5], ids=lambda path: path.stem)
def test_a_rename_changes_the_name_and_nothing_else(path: Path) -> None:
    before = _snapshot(path.read_text(encoding="utf-8"))
    findings = _findings(before)
    declared = {each.name: each for each in before.occurrences if each.role == "declaration"}
    for name, occurrence in declared.items():
        if name.kind not in KINDS:
            continue
        index = WorkspaceIndex(None, [before])
        try:
            (changes,) = rename(before, occurrence.span.start, NEW, index).values()
        except RenameError as error:
            assert "times" in str(error)  # noqa: PT017 - some flows of the corpus declare a thing twice
            continue
        after = _snapshot(_edited(before.text.text, changes))
        wanted = Counter(_renamed(each, name) for each in _certain(before))
        found = Counter(_certain(after))
        assert found == wanted, name
        assert _findings(after) == findings, name


def _snapshot(text: str) -> DocumentSnapshot:
    return DocumentSnapshot("file:///flow.yaml", text, kestra_version=KestraVersion.V1_3)


def _certain(snapshot: DocumentSnapshot) -> list[Name]:
    return [each.name for each in snapshot.occurrences if each.certain and each.name.kind != "local"]


def _findings(snapshot: DocumentSnapshot) -> Counter[str]:
    return Counter(each.code for each in diagnose(snapshot))


def _edited(text: str, changes: tuple[TextEdit, ...]) -> str:
    for each in reversed(changes):
        text = text[: each.span.start] + each.text + text[each.span.end :]
    return text


def _renamed(name: Name, changed: Name) -> Name:
    """A name as it should be called after `changed` got its new name."""
    if changed.kind == "namespace":
        return name._replace(namespace=NEW) if name.namespace == changed.namespace else name
    if changed.kind == "flow":
        return name._replace(flow=NEW) if name[1:3] == changed[1:3] and name.flow else name
    same = name[:3] == changed[:3] and name.steps[: len(changed.steps)] == changed.steps
    if name.kind == "loop-output" and changed.kind == "task" and name[1:3] == changed[1:3]:
        return name._replace(steps=(NEW, *name.steps[1:])) if name.steps[0] == changed.steps[0] else name
    if not same:
        return name
    return name._replace(steps=(*changed.steps[:-1], NEW, *name.steps[len(changed.steps) :]))
