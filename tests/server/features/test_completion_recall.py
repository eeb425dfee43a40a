"""What authors wrote in real flows is offered where they wrote it: keys, types, names and calls, taken away in turn."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tiercel_schemas.source.nodes import MappingNode, ScalarNode, walk
from tiercel_schemas.source.spans import Span
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.scopes import KNOWN_ROOTS
from tiercel_server.features.completion import complete
from tiercel_server.features.slots import slot_at
from tiercel_server.workspace import DocumentSnapshot

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus" / "flows"
FLOWS = 60
PART = 0.2
VERSION = KestraVersion.V1_3


@dataclass(frozen=True)
class Written:
    """Something that an author wrote: its place, and its first letters as they would be typed."""

    kind: str
    name: str
    span: Span
    typed: str = ""


def _snapshots() -> Iterator[DocumentSnapshot]:
    paths = sorted(CORPUS.glob("*.yaml"))
    assert paths, f"the corpus is not at {CORPUS}"
    for path in random.Random(11).sample(paths, FLOWS):
        yield DocumentSnapshot(path.as_uri(), path.read_text(encoding="utf-8"), kestra_version=VERSION)


def _written(flow: FlowAnalysis) -> Iterator[Written]:
    for path, node in walk(flow.root):
        if isinstance(node, MappingNode) and not node.flow_style:
            yield from _keys_and_types(flow, node, path)
    for reference in flow.references:
        name = reference.steps[0].name if reference.steps else None
        if reference.root in {"inputs", "outputs", "vars"} and isinstance(name, str):
            yield Written("name", name, reference.step_span(0))
        if reference.root in KNOWN_ROOTS:
            yield Written("root", reference.root, reference.step_span(-1), reference.root[:2])
    for use in flow.uses:
        yield Written("call", use.name, use.site.text_span(use.name_span), use.name[:1])


def _keys_and_types(flow: FlowAnalysis, node: MappingNode, path: tuple[str | int, ...]) -> Iterator[Written]:
    slot = slot_at(flow.root, path, flow.catalog)
    if slot.facts is None or path == ():
        return
    for pair in node.pairs:
        prop = slot.facts.find(pair.name or "")
        if pair.name == "type" or (prop is not None and prop.name == pair.name and not prop.hidden):
            whole = Span(pair.key.span.start, pair.span.end)
            yield Written("key", str(pair.name), whole)
            yield Written("half-typed key", str(pair.name), whole, str(pair.name)[:2])
        value = pair.value
        if (
            pair.name == "type"
            and isinstance(value, ScalarNode)
            and value.style == "plain"
            and value.value in slot.choices
        ):
            simple = value.value.rpartition(".")[2]
            yield Written("type", value.value, value.span, simple)
            yield Written("partial type", value.value, value.span, ".".join(value.value.split(".")[-2:]))


def _is_offered(text: str, written: Written) -> bool:
    start = written.span.start
    without = text[:start] + written.typed + text[written.span.end :]
    snapshot = DocumentSnapshot("file:///flow.yaml", without, kestra_version=VERSION)
    offset = start + len(written.typed)
    return any(item.label == written.name for item in complete(snapshot, offset).items)


@pytest.mark.skipif(
    not CORPUS.is_dir() and not os.environ.get("CI"), reason="the corpus is not beside the repository (../shared)"
)
@pytest.mark.parametrize(
    ("kind", "least"),
    [("key", 1.0), ("half-typed key", 1.0), ("type", 0.97), ("partial type", 0.99), ("name", 1.0), ("root", 1.0),
     ("call", 0.98)],
)  # fmt: skip
def test_what_was_written_is_offered(kind: str, least: float) -> None:
    chance = random.Random(5)
    asked, missed = 0, []
    for snapshot in _snapshots():
        for flow in snapshot.flows[:1]:
            for written in _written(flow):
                if written.kind != kind or chance.random() > PART:
                    continue
                asked += 1
                if not _is_offered(snapshot.text.text, written):
                    line = snapshot.text.line_at(written.span.start) + 1
                    missed.append(f"{snapshot.name.rpartition('/')[2]}:{line} {written.name}")
    assert asked >= 20
    assert 1 - len(missed) / asked >= least, missed
