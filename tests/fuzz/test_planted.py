"""The mistakes of `planted.yaml` in the community's flows: how many are found on the right line, in either version.

Each is set into a few flows, each time into others. `TIERCEL_ALL_MUTATIONS=1` takes twenty of each.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.fuzz.mutations import Mutation
from tests.fuzz.planted import planted, table
from tiercel_schemas.diagnostics import Severity
from tiercel_schemas.versions import KestraVersion
from tiercel_server.rules import diagnose
from tiercel_server.workspace import DocumentSnapshot

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
EACH = 20 if os.environ.get("TIERCEL_ALL_MUTATIONS") else 1
SHARE = 0.98
NOT_FOUND = {
    # Any word is a method to the client that sends the request.
    ("tasks", "http_method"),
    ("tasks", "http_method_small"),
    # A text to the catalog: what its task makes of it is not among the facts.
    ("tasks", "purge_date"),
}

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir() and not os.environ.get("CI"),
    reason="the corpus is not beside the repository (../shared)",
)


@cache
def right_flows(version: KestraVersion) -> tuple[DocumentSnapshot, ...]:
    validity: dict[str, Any] = json.loads((SHARED / "corpus" / "validity.json").read_text(encoding="utf-8"))
    names = sorted(name for name in validity if validity[name][version.value]["valid"])
    texts = ((name, (SHARED / "corpus" / "flows" / name).read_text(encoding="utf-8")) for name in names)
    return tuple(DocumentSnapshot(name, text, kestra_version=version) for name, text in texts)


def places(section: str, name: str) -> Iterator[tuple[DocumentSnapshot, Mutation]]:
    start = list(table()[section]).index(name) * 17
    for version in KestraVersion:
        flows, count = right_flows(version), 0
        for number in range(len(flows)):
            snapshot = flows[(number + start) % len(flows)]
            mutation = next((each for flow in snapshot.flows for each in planted(section, name, snapshot, flow)), None)
            if mutation is not None:
                yield snapshot, mutation
                count += 1
            if count >= EACH:
                break


@cache
def before(snapshot: DocumentSnapshot) -> frozenset[tuple[str, str]]:
    return frozenset((code, text) for code, _, text in warnings(snapshot))


def warnings(snapshot: DocumentSnapshot) -> Iterator[tuple[str, int, str]]:
    """Code, line and its text of every finding that is at least a warning."""
    for each in diagnose(snapshot):
        if each.severity <= Severity.WARNING:
            line = snapshot.text.line_at(each.span.start)
            yield each.code, line, snapshot.text.line_text(line)


def missed(section: str, name: str) -> tuple[int, list[str]]:
    count, found = 0, []
    for snapshot, mutation in places(section, name):
        count += 1
        wrong = DocumentSnapshot(snapshot.name, mutation.text, kestra_version=snapshot.kestra_version)
        new = [(code, line) for code, line, text in warnings(wrong) if (code, text) not in before(snapshot)]
        if not any(line in mutation.lines for _, line in new):
            found.append(f"{snapshot.name} for {snapshot.kestra_version}: {sorted(mutation.lines)}, found {new}")
    return count, found


@cache
def results() -> dict[tuple[str, str], tuple[int, list[str]]]:
    return {(section, name): missed(section, name) for section in table() for name in table()[section]}


@pytest.mark.parametrize("section", table())
def test_every_kind_of_mistake_is_found(section: str) -> None:
    ours = {name: found for (part, name), found in results().items() if part == section}
    assert all(count for count, _ in ours.values()), "nothing to plant this in"
    left = {name: found for name, (_, found) in ours.items() if found and (section, name) not in NOT_FOUND}
    assert not left


def test_the_share_that_is_found_on_the_right_line() -> None:
    total = Counter({kind: count for kind, (count, _) in results().items()}).total()
    lost = sum(len(found) for _, found in results().values())
    assert lost <= total * (1 - SHARE), f"{total - lost} of {total} found"
