"""Definition, types, references, highlights and renaming over small workspaces with marks in their files.

`def A B`: the definition is exactly these places; `type A`; `refs A B` (declarations included); `marks A B`: the
highlights; `none`: nothing is named here; `rename NEW`: gives the golden files; `prepare TEXT`; `refuse NEW: words`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.features.workspaces import VARIANTS, Mark, Workspace, opened, read_workspaces
from tiercel_server.features.navigation import definition, highlights, references, type_definition
from tiercel_server.features.rename import RenameError, prepare_rename, rename
from tiercel_server.lsp.locations import text_of
from tiercel_server.workspace.session import TextEdit

KNOWN = {"def", "type", "refs", "marks", "none", "rename", "prepare", "refuse"}
PARAMETERS = [
    pytest.param(case, mark, variant, id=f"{case.title} {mark.word} {mark.arguments} {number} {variant}")
    for variant in VARIANTS
    for case in read_workspaces(variant)
    for number, mark in enumerate(case.actions(*KNOWN))
]


@pytest.mark.parametrize("case", read_workspaces(), ids=lambda case: case.title)
def test_every_mark_is_known(case: Workspace) -> None:
    assert {mark.word for mark in case.marks if mark.word[0] != "@"} <= KNOWN
    assert bool(case.golden) == bool(case.actions("rename"))


@pytest.mark.parametrize("all_open", [False, True], ids=["files", "open"])
@pytest.mark.parametrize(("case", "mark", "variant"), PARAMETERS)
def test_mark(case: Workspace, mark: Mark, variant: str, tmp_path: Path, *, all_open: bool) -> None:
    del variant
    here = opened(case, tmp_path, mark.file, all_open=all_open)
    names = {where: name for name, where in case.names.items()}

    def shown(found: object) -> set[str]:
        return {names.get(where, str(where)) for where in found}  # type: ignore[attr-defined]

    for offset in {mark.start, (mark.start + mark.end) // 2, mark.end}:
        if mark.word in {"def", "none"}:
            found = [here.where(*each) for each in definition(here.snapshot, offset, here.index)]
            assert shown(found) == set(mark.arguments.split())
        elif mark.word == "type":
            found = [here.where(*each) for each in type_definition(here.snapshot, offset, here.index)]
            assert shown(found) == set(mark.arguments.split())
        elif mark.word == "refs":
            located = references(here.snapshot, offset, here.index, declaration=True)
            assert len(set(located)) == len(located)
            assert shown([here.where(*each) for each in located]) == set(mark.arguments.split())
        elif mark.word == "marks":
            marked = [here.where(here.snapshot, each.span) for each in highlights(here.snapshot, offset, here.index)]
            assert shown(marked) == set(mark.arguments.split())
        elif mark.word == "prepare":
            renamable = prepare_rename(here.snapshot, offset, here.index)
            assert renamable is not None
            assert renamable.text == mark.arguments
            assert here.snapshot.text.slice(renamable.span) == mark.arguments
        elif mark.word == "refuse":
            new, _, words = mark.arguments.partition(": ")
            with pytest.raises(RenameError, match=words):
                rename(here.snapshot, offset, new, here.index, text_of=text_of)
        else:
            edits = rename(here.snapshot, offset, mark.arguments, here.index, text_of=text_of)
            made = {
                here.where(document, each.span)[0]: edited(text_of(document) or "", changes)
                for document, changes in edits.items()
                for each in changes
            }
            assert made == case.golden


def edited(text: str, changes: tuple[TextEdit, ...]) -> str:
    for each in reversed(changes):
        text = text[: each.span.start] + each.text + text[each.span.end :]
    return text
