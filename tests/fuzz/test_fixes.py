"""Fixes in the community's flows: what is mended stays a flow, with its comments, and needs no second mending."""

from __future__ import annotations

import difflib
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiercel_schemas.diagnostics import Severity
from tiercel_schemas.versions import KestraVersion
from tiercel_server.cli.checking.fixing import mend
from tiercel_server.rules import diagnose
from tiercel_server.rules.fixes import Fix, fix_of
from tiercel_server.workspace import DocumentSnapshot

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
VALIDITY = SHARED / "corpus" / "validity.json"

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir() and not os.environ.get("CI"),
    reason="the corpus is not beside the repository (../shared)",
)


@cache
def names() -> list[str]:
    found: dict[str, Any] = json.loads(VALIDITY.read_text(encoding="utf-8")) if VALIDITY.is_file() else {}
    return sorted(found)


def corpus_flow(name: str, version: KestraVersion) -> DocumentSnapshot:
    text = (SHARED / "corpus" / "flows" / name).read_text(encoding="utf-8")
    return DocumentSnapshot(name, text, kestra_version=version)


def certain(fix: Fix) -> bool:
    return fix.safe


def comments(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.lstrip().startswith("#")]


def assert_mended_well(before: DocumentSnapshot, after: DocumentSnapshot) -> None:
    """No finding is new, none is left that could be mended, and nothing else was touched."""
    found = {(each.code, each.message) for each in diagnose(before)}
    left = diagnose(after)
    # What was unknown by its old name is looked at by its new one; what is wrong in it was always so.
    news = [each for each in left if each.severity <= Severity.WARNING and (each.code, each.message) not in found]
    hidden = {"unknown-type", "renamed-type", "unquoted-expression", "yaml-syntax", "unknown-property"}
    assert not news or {code for code, _ in found} & hidden, [(each.code, each.message) for each in news]
    assert not [each for each in left if (fix := fix_of(each, after.text)) is not None and fix.safe]
    assert comments(before.text.text) == comments(after.text.text)
    assert len(before.text.text.splitlines()) == len(after.text.text.splitlines())
    assert mend(after, certain, lambda _: True).count == 0


@pytest.mark.parametrize("version", KestraVersion)
@pytest.mark.parametrize("name", names())
def test_a_flow_of_the_corpus_is_mended_once(name: str, version: KestraVersion) -> None:
    before = corpus_flow(name, version)
    assert_mended_well(before, mend(before, certain, lambda _: True).snapshot)


@pytest.mark.parametrize("version", KestraVersion)
def test_something_is_mended(version: KestraVersion) -> None:
    count = sum(mend(corpus_flow(name, version), certain, lambda _: True).count for name in names())
    assert count > 20


@settings(max_examples=40, deadline=None, derandomize=True)
@given(data=st.data())
def test_only_what_is_reported_changes(data: st.DataObject) -> None:
    """Any part of the fixes may be made: each change lies on a line with a finding that is mended."""
    before = corpus_flow(data.draw(st.sampled_from(names())), data.draw(st.sampled_from(list(KestraVersion))))
    codes = sorted({each.code for each in diagnose(before)})
    chosen = set(data.draw(st.lists(st.sampled_from(codes or [""]), unique=True)))
    after = mend(before, certain, lambda each: each.code in chosen).snapshot
    blamed = {
        before.text.line_at(edit.span.start)
        for each in diagnose(before)
        if each.code in chosen and (fix := fix_of(each, before.text)) is not None and fix.safe
        for edit in fix.edits
    }
    matcher = difflib.SequenceMatcher(None, before.text.text.splitlines(), after.text.text.splitlines(), autojunk=False)
    changed = {line for tag, start, end, *_ in matcher.get_opcodes() if tag != "equal" for line in range(start, end)}
    assert changed <= blamed
