"""Keys of the object around a cursor: those that its type knows and that are not there yet."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.catalog import PluginType, Property
from tiercel_schemas.source.locate import node_at
from tiercel_schemas.source.nodes import MappingNode, Node
from tiercel_server.analysis.mappings import effective_pairs
from tiercel_server.features.completion.items import CompletionItem, fits
from tiercel_server.features.cursor import Cursor
from tiercel_server.features.documentation import type_text
from tiercel_server.features.slots import Slot

_SET_BY_THE_SERVER = frozenset({"deleted", "updated", "source", "tenantId"})
_FIRST = {"id": 0, "namespace": 1, "type": 1}
_BY_LETTERS = 4
"""How much later a key comes that what is typed does not begin."""
_TYPE = Property("type", kind="string", required=True)


def offered_keys(
    cursor: Cursor, root: Node | None, slot: Slot, indent: int, dash: str = ""
) -> Iterator[CompletionItem]:
    """The keys that may stand where the cursor is; `dash` goes before them, `indent` is what a line below gets."""
    if slot.facts is None:
        return
    container = node_at(root, cursor.path)
    present = _present(container, cursor)
    properties = dict(slot.facts.properties)
    if slot.choices and "type" not in properties:
        properties["type"] = _TYPE
    aliases = {alias for each in properties.values() for alias in each.aliases}
    for name, prop in properties.items():
        taken = name in present or bool(present & set(prop.aliases))
        if taken or prop.hidden or name in aliases or not _begins_like(cursor.prefix, name):
            continue
        if slot.owner == "flow" and name in _SET_BY_THE_SERVER:
            continue
        yield _key(cursor, slot, prop, name, indent, dash)


def _begins_like(typed: str, name: str) -> bool:
    """Whether a name holds what is typed, or its letters from the first one on: `tri` finds no `afterExecution`."""
    return typed.lower() in name.lower() or (name[:1].lower() == typed[:1].lower() and fits(typed, name))


def _present(container: Node | None, cursor: Cursor) -> frozenset[str]:
    if not isinstance(container, MappingNode):
        return frozenset()
    # The key under the cursor is the one being written.
    pairs = [pair for pair in effective_pairs(container) if not pair.key.span.contains(cursor.offset)]
    return frozenset(pair.name for pair in pairs if pair.name is not None)


def _key(cursor: Cursor, slot: Slot, prop: Property, name: str, indent: int, dash: str) -> CompletionItem:
    after = "" if cursor.before_colon else _after(prop, slot, indent + len(dash), in_brackets=cursor.in_brackets)
    plain = dash + name + ("" if cursor.before_colon else ":" if after.startswith(":\n") else ": ")
    required = prop.required or name in {"id", "type"}
    rank = _FIRST.get(name, 2) if required else 8 if prop.deprecated else 5
    if not name.lower().startswith(cursor.prefix.lower()):
        rank += _BY_LETTERS
    return CompletionItem(
        label=name,
        kind="property",
        insert=dash + name + after,
        span=cursor.span,
        detail=type_text(prop) + (" · required" if required else " · deprecated" if prop.deprecated else ""),
        snippet="$" in after,
        plain=plain,
        rank=rank,
        deprecated=prop.deprecated,
        about=("property", slot.owner, name, *_home(slot)),
    )


def _home(slot: Slot) -> tuple[str, ...]:
    """Where the facts of the property are found again: a type by name, or the choice of a variant."""
    if isinstance(slot.facts, PluginType):
        return ("plugin", slot.facts.name)
    if slot.owner == "flow":
        return ("flow",)
    return ("object", slot.facts.name) if slot.facts is not None and slot.facts.name else ()


def _after(prop: Property, slot: Slot, indent: int, *, in_brackets: bool) -> str:
    """What follows the key: a place for a value on the line, or the beginning of what is nested below."""
    if in_brackets or prop.name == "type":
        return ": "
    below = "\n" + " " * (indent + 2)
    if is_written_as_list(prop):
        return f":{below}- $0"
    if prop.kind == "object" or prop.ref is not None or prop.base is not None:
        return f":{below}$0"
    if prop.alternatives and all(each.ref is not None or each.base is not None for each in prop.alternatives):
        return f":{below}$0"
    if prop.language is not None and slot.facts is not None and prop.kind == "string":
        return f": |{below}$0"
    return ": "


def is_written_as_list(prop: Property) -> bool:
    """Whether authors write a list here: where text may stand for one (`message`), only under a name in the plural."""
    takes_list = any(each.kind == "array" or each.items is not None for each in (prop, *prop.alternatives))
    return takes_list and (not prop.dynamic or prop.name.endswith("s"))
