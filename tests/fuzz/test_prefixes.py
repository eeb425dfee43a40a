"""Every example, cut at every character: reading, findings and completion answer, within bounded work."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tiercel_schemas.catalog import load_catalog
from tiercel_schemas.source.parser import parse_source
from tiercel_schemas.versions import KestraVersion
from tiercel_server.features.completion import complete
from tiercel_server.features.cursor import locate
from tiercel_server.features.folding import folds
from tiercel_server.features.hover import hover
from tiercel_server.features.symbols import document_symbols
from tiercel_server.rules import diagnose
from tiercel_server.workspace import DocumentSnapshot

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").rglob("*.yaml"))
MOST_CALLS = 400
"""Python calls per character of text (and as many thousand at least) that an answer may take; a count, not a clock."""


def _version(path: Path) -> KestraVersion:
    return KestraVersion.V1_3 if "kestra-1.3" in path.parts else KestraVersion.V2_0


def _answers(text: str, version: KestraVersion) -> None:
    snapshot = DocumentSnapshot("file:///cut.yaml", text, kestra_version=version)
    span = len(text)
    for finding in diagnose(snapshot):
        assert 0 <= finding.span.start <= finding.span.end <= span
        assert finding.message
    for item in complete(snapshot, span).items:
        assert 0 <= item.span.start <= item.span.end <= span


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 10


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_prefix_gets_an_answer(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    version = _version(path)
    for length in range(len(text) + 1):
        _answers(text[:length], version)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_place_of_the_whole_gets_an_answer(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    snapshot = DocumentSnapshot("file:///whole.yaml", text, kestra_version=_version(path))
    for offset in range(len(text) + 1):
        cursor = locate(snapshot.source, offset)
        assert cursor.span.start <= offset <= cursor.span.end
        complete(snapshot, offset)
        hover(snapshot, offset)
    document_symbols(snapshot)
    folds(snapshot)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_line_may_be_lost(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    for number in range(len(lines)):
        _answers("".join(lines[:number] + lines[number + 1 :]), _version(path))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_work_is_bounded(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    version = _version(path)
    load_catalog(version)
    _answers(text, version)  # What is read once for all documents is read now.
    for length in range(0, len(text), max(1, len(text) // 12)):
        assert _calls(text[:length], version) < MOST_CALLS * (length + 1_000)


def _calls(text: str, version: KestraVersion) -> int:
    count = 0

    def tally(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(tally)
    try:
        parse_source(text)
        _answers(text, version)
    finally:
        sys.setprofile(None)
    return count
