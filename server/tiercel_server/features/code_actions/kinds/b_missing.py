"""Properties that an object must have: all that are missing, with a value to begin with."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tiercel_schemas.catalog import Property
from tiercel_schemas.source.locate import node_at, path_at
from tiercel_schemas.source.nodes import MappingNode, Path
from tiercel_schemas.source.spans import Span
from tiercel_server.analysis.mappings import effective_pairs
from tiercel_server.features.code_actions.blocks import last_line, line_end, pair_blocks
from tiercel_server.features.code_actions.model import QUICK_FIX, ActionPlace, Change, CodeAction, Edit, offers
from tiercel_server.features.completion.keys import is_written_as_list
from tiercel_server.features.slots import slot_at

_CODES = frozenset({"missing-property", "literal-missing-property", "missing-id"})


@offers
def missing_properties(place: ActionPlace) -> Iterator[CodeAction]:
    """What the object around the cursor lacks."""
    flow = place.flow
    found = path_at(flow.root, place.span.start) if flow is not None else None
    if flow is None or found is None:
        return
    for length in range(len(found.path), -1, -1):
        path = found.path[:length]
        node = node_at(flow.root, path)
        if not isinstance(node, MappingNode):
            continue
        lacking = _lacking(place, path, node)
        if lacking:
            names = ", ".join(f"`{each.name}`" for each in lacking)
            mends = tuple(each for each in place.findings if each.code in _CODES)
            change = partial(_added, place, node, lacking)
            yield CodeAction(f"Add {names}", QUICK_FIX, change, mends, preferred=bool(mends))
        return  # Only the innermost object: the others have places of their own.


def _lacking(place: ActionPlace, path: Path, node: MappingNode) -> list[Property]:
    flow = place.flow
    assert flow is not None
    slot = slot_at(flow.root, path, place.snapshot.catalog)
    if slot.facts is None or (slot.choices and not slot.owner):
        return []
    present = {pair.name for pair in effective_pairs(node)}
    properties = slot.facts.properties.values()
    return [each for each in properties if each.required and not ({each.name, *each.aliases} & present)]


def _added(place: ActionPlace, node: MappingNode, lacking: list[Property]) -> Change | None:
    text = place.snapshot.text
    if node.flow_style:
        if not node.pairs:
            return None
        more = "".join(f", {each.name}: {_value(each) or 'null'}" for each in lacking)
        return Change((Edit(Span(node.pairs[-1].span.end, node.pairs[-1].span.end), more),))
    blocks = pair_blocks(text, node)
    if not blocks:
        return None
    margin, end = " " * blocks[0].column, line_end(text)
    line = max(blocks[-1].last, last_line(text, node))
    at = text.line_span(line).end
    at = text.line_starts[line] + len(text.line_text(line)) if at > len(text.text) else at
    lines = "".join(end + margin + each for prop in lacking for each in _lines(prop))
    return Change((Edit(Span(at, at), lines),))


def _lines(prop: Property) -> list[str]:
    if is_written_as_list(prop):
        return [f"{prop.name}:", '  - ""' if _holds_texts(prop) else "  - {}"]
    value = _value(prop)
    return [f"{prop.name}: {value}"]


def _holds_texts(prop: Property) -> bool:
    lists = [each.items for each in (prop, *prop.alternatives) if each.items is not None]
    return not lists or lists[0].kind == "string" or lists[0].anything


def _value(prop: Property) -> str:
    if prop.default is not None and not isinstance(prop.default, list | dict):
        return str(prop.default).lower() if isinstance(prop.default, bool) else str(prop.default)
    if prop.enum:
        return str(prop.enum[0])
    if prop.const is not None:
        return str(prop.const)
    if prop.format == "duration":
        return "PT1M"
    if prop.name == "cron":
        return '"0 9 * * *"'
    starts = {"integer": "1", "number": "1", "boolean": "true", "array": "[]", "object": "{}"}
    if prop.kind in starts and not prop.dynamic:
        return starts[prop.kind]
    return "{}" if prop.ref is not None or prop.base is not None else '""'
