"""Mistakes of `planted.yaml`, set into flows that are right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.fuzz.mutations import Mutation, edited, known_tasks, templated_texts
from tiercel_schemas.source.nodes import SequenceNode
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.flow import FlowAnalysis
from tiercel_server.workspace import DocumentSnapshot

_MARK = re.compile(r" ?#!$")
_BEFORE_QUOTES = re.compile(r'["\\]')


@cache
def table() -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = yaml.safe_load(
        Path(__file__).with_name("planted.yaml").read_text(encoding="utf-8")
    )
    return found


def planted(section: str, name: str, snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    """A mistake, each time at another place."""
    entry = table()[section][name]
    if isinstance(entry, str):
        entry = {"text": entry}
    version = entry.get("version")
    if version is None or KestraVersion(version) == flow.version:
        yield from _PLANTERS[section](entry["text"], snapshot, flow)


def _expressions(text: str, snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for task in known_tasks(flow):
        if any("Each" in each.type or "Loop" in each.type for each in (task, *task.ancestors())):
            continue
        for value in templated_texts(task, flow):
            yield edited(snapshot, value.span, '"' + _BEFORE_QUOTES.sub(r"\\\g<0>", text) + '"')


def _task_lines(text: str, snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    key = (re.match(r"[\w_]+", text) or [""])[0]
    for task in known_tasks(flow, exact=True):
        is_own = key not in {"id", "type"} and task.node.pair(key) is not None
        pair = task.node.pair("type")
        if pair is None or task.node.flow_style or is_own or not task.type.startswith("io.kestra.plugin.core.log"):
            continue
        line = snapshot.text.line_at(pair.key.span.start)
        start = snapshot.text.line_starts[line]
        lead = snapshot.text.text[start : pair.key.span.start]
        if not lead.strip() and _blocks_end_before(snapshot, line):
            yield _with_lines(snapshot, line, [lead + each for each in text.split("\n")], _one_more(text, line))


def _one_more(text: str, line: int) -> tuple[int, ...]:
    """A text that is not closed may be told of where the reader gave up: on the next line."""
    is_open = text.count('"') % 2 or text.count("'") % 2 or text.count("[") != text.count("]")
    return (line + 1,) if is_open or text.startswith("\t") or text in {"description", "id: again"} else ()


def _flow_blocks(text: str, snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    key = text.split(":", maxsplit=1)[0]
    if flow.root.pair(key) is None and not flow.root.flow_style:
        number = snapshot.text.line_at(flow.root.pairs[0].key.span.start)
        if flow.root.pairs[0].key.span.start == snapshot.text.line_starts[number]:
            yield _with_lines(snapshot, number, text.split("\n"))


def _items(key: str) -> Callable[[str, DocumentSnapshot, FlowAnalysis], Iterator[Mutation]]:
    def plant(text: str, snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
        pair, whole = flow.root.pair(key), snapshot.text
        lines = text.split("\n")
        item = [f"  - {lines[0]}", *(f"    {each}" for each in lines[1:])]
        if pair is None and not flow.root.flow_style:
            yield _with_lines(snapshot, whole.line_at(flow.root.pairs[0].key.span.start), [f"{key}:", *item])
        elif pair is not None and isinstance(pair.value, SequenceNode) and not pair.value.flow_style:
            number = whole.line_at(pair.value.items[0].span.start)
            first = whole.line_text(number)
            if (match := re.match(r"( *)- ", first)) is not None:
                lead = match[1]
                item = [f"{lead}- {lines[0]}", *(f"{lead}  {each}" for each in lines[1:])]
                yield _with_lines(snapshot, number, item)

    return plant


def _blocks_end_before(snapshot: DocumentSnapshot, line: int) -> bool:
    return line > 0 and not snapshot.text.line_text(line - 1).rstrip().endswith(("|", ">", "|-", ">-"))


def _with_lines(snapshot: DocumentSnapshot, number: int, lines: list[str], more: tuple[int, ...] = ()) -> Mutation:
    whole = snapshot.text.text
    blamed = {number + index for index, line in enumerate(lines) if _MARK.search(line)} or {number}
    start = snapshot.text.line_starts[number]
    block = "".join(_MARK.sub("", line) + "\n" for line in lines)
    return Mutation(whole[:start] + block + whole[start:], frozenset({*blamed, *more}))


_PLANTERS: Mapping[str, Callable[[str, DocumentSnapshot, FlowAnalysis], Iterator[Mutation]]] = {
    "expressions": _expressions,
    "task-lines": _task_lines,
    "flow-blocks": _flow_blocks,
    "inputs": _items("inputs"),
    "triggers": _items("triggers"),
    "tasks": _items("tasks"),
}
