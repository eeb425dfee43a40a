"""Mistakes planted in the community's flows: how many are found on the right line.

A sample is taken: of each kind some, each kind in other flows. `TIERCEL_ALL_MUTATIONS=1` takes all.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tests.fuzz.mutations import KINDS, Mutation
from tiercel_schemas.diagnostics import Severity
from tiercel_schemas.versions import KestraVersion
from tiercel_server.rules import diagnose
from tiercel_server.workspace import DocumentSnapshot

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
ALL = bool(os.environ.get("TIERCEL_ALL_MUTATIONS"))
EACH = 3 if ALL else 1
MOST = 10_000 if ALL else 30
SHARE = 0.98

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir() and not os.environ.get("CI"),
    reason="the corpus is not beside the repository (../shared)",
)


@cache
def right_flows() -> tuple[DocumentSnapshot, ...]:
    validity: dict[str, Any] = json.loads((SHARED / "corpus" / "validity.json").read_text(encoding="utf-8"))
    found = []
    for name in sorted(validity):
        text = (SHARED / "corpus" / "flows" / name).read_text(encoding="utf-8")
        version = next((each for each in reversed(KestraVersion) if validity[name][each.value]["valid"]), None)
        if version is not None:
            found.append(DocumentSnapshot(name, text, kestra_version=version))
    return tuple(found)


def planted(kind: str) -> tuple[int, list[str]]:
    """How many mistakes of a kind were planted, and those that were not found."""
    offset = list(KINDS).index(kind) * 17
    count, missed = 0, []
    flows = right_flows()
    for number in range(len(flows)):
        snapshot = flows[(number + offset) % len(flows)]
        for flow in snapshot.flows:
            for mutation in islice(KINDS[kind](snapshot, flow), EACH):
                count += 1
                if (found := unfound(snapshot, mutation)) is not None:
                    missed.append(found)
        if count >= MOST:
            break
    return count, missed


def lines_of(snapshot: DocumentSnapshot) -> Iterator[tuple[str, int, str]]:
    """Code, line and its text of every finding that is at least a warning."""
    for each in diagnose(snapshot):
        if each.severity <= Severity.WARNING:
            line = snapshot.text.line_at(each.span.start)
            yield each.code, line, snapshot.text.line_text(line)


def unfound(snapshot: DocumentSnapshot, mutation: Mutation) -> str | None:
    """What to say of a mistake that is not found on its line; None when it is."""
    before = {(code, text) for code, _, text in lines_of(snapshot)}
    wrong = DocumentSnapshot(snapshot.name, mutation.text, kestra_version=snapshot.kestra_version)
    found = [(code, line) for code, line, text in lines_of(wrong) if (code, text) not in before]
    if any(line in mutation.lines for _, line in found):
        return None
    lines = sorted(mutation.lines)
    return f"{snapshot.name}: {lines} {wrong.text.line_text(lines[0])!r}, found {found}"


@cache
def results() -> dict[str, tuple[int, list[str]]]:
    return {kind: planted(kind) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_nearly_all_of_a_kind_are_found(kind: str) -> None:
    count, missed = results()[kind]
    assert count, "nothing to plant this in"
    assert len(missed) <= max(1, count * 0.05), "\n".join(missed)


def test_the_share_that_is_found_on_the_right_line() -> None:
    counts = Counter({kind: count for kind, (count, _) in results().items()})
    missed = sum(len(missed) for _, missed in results().values())
    total = counts.total()
    assert missed <= total * (1 - SHARE), f"{total - missed} of {total} found"
