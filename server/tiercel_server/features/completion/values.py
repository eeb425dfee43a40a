"""Values: enumerations, truth, types of inputs, and ids of what stands elsewhere in the flow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tiercel_schemas.catalog import Catalog, Property
from tiercel_schemas.source.nodes import Node, Path
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.symbols import TaskSymbol
from tiercel_server.features.completion.items import CompletionItem, ItemKind, fits
from tiercel_server.features.completion.known_texts import known_texts
from tiercel_server.features.completion.times import offered_crons, offered_durations
from tiercel_server.features.completion.type_ranks import filter_text
from tiercel_server.features.completion.zones import ZONES
from tiercel_server.features.cursor import Cursor
from tiercel_server.features.slots import Slot, slot_at


def offered_values(
    cursor: Cursor, root: Node | None, slot: Slot, catalog: Catalog, flow: FlowAnalysis | None
) -> Iterator[CompletionItem]:
    """What may be written as the value (or item) at the cursor."""
    if cursor.path and cursor.path[-1] == "type":
        yield from _type_values(cursor, slot_at(root, cursor.path[:-1], catalog))
    if slot.prop is not None:
        for each in (slot.prop, *slot.prop.alternatives):
            yield from _property_values(cursor, each)
        owner = slot_at(root, cursor.path[:-1], catalog).owner
        yield from (_item(cursor, text, "value") for text in _texts(slot.prop, owner) if fits(cursor.prefix, text))
    if flow is not None:
        yield from _ids(cursor, flow)


def _type_values(cursor: Cursor, owner: Slot) -> Iterator[CompletionItem]:
    for name in owner.choices:
        if "." not in name and fits(cursor.prefix, name):
            yield _item(cursor, name, "value", about=("input-type", name) if owner.owner == "input" else ())


def _property_values(cursor: Cursor, prop: Property) -> Iterator[CompletionItem]:
    values: tuple[object, ...] = prop.enum
    if not values and prop.const is not None:
        values = (prop.const,)
    if not values and prop.kind == "boolean":
        values = ("true", "false")
    for value in values:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if fits(cursor.prefix, text):
            default = str(prop.default).lower() == text.lower() if prop.default is not None else False
            yield _item(cursor, text, "value", detail="default" if default else "", rank=4 if default else 5)
    if prop.format == "duration":
        yield from offered_durations(cursor.prefix, cursor.span)
    if prop.name == "cron" and prop.kind == "string":
        yield from offered_crons(cursor.prefix, cursor.span, quoted=bool(cursor.quote))
    if prop.format == "timezone" or (prop.name.lower() == "timezone" and prop.kind == "string"):
        yield from _zones(cursor)


def _texts(prop: Property, owner: str) -> tuple[str, ...]:
    return () if prop.enum or prop.kind not in {"string", None} else known_texts(owner, prop.name)


def _zones(cursor: Cursor) -> Iterator[CompletionItem]:
    for zone in ZONES:
        if cursor.prefix.lower() in zone.lower():
            item = _item(cursor, zone, "value", detail="time zone", rank=5 if "/" in zone else 4)
            yield replace(item, filter=filter_text(cursor.prefix, zone))


def _ids(cursor: Cursor, flow: FlowAnalysis) -> Iterator[CompletionItem]:
    path = cursor.path
    outline = flow.outline
    if "dependsOn" in path[-2:] or path[-2:-1] == ("inputs",):
        if path[:1] == ("inputs",) and "dependsOn" in path:
            own = path[: path.index("dependsOn")]
            for each in outline.inputs:
                if each.id and each.path != own and fits(cursor.prefix, each.id):
                    yield _item(cursor, each.id, "reference", detail=f"input · {each.type}")
        elif "dependsOn" in path:
            own = path[: len(path) - 1 - path[::-1].index("dependsOn")]
            for task in _siblings(own, outline.tasks):
                if task.id and task.id not in _chosen(own, outline.tasks) and fits(cursor.prefix, task.id):
                    yield _item(cursor, task.id, "reference", detail=f"task · {task.type.rpartition('.')[2]}")


def _siblings(wrapper: Path, tasks: tuple[TaskSymbol, ...]) -> Iterator[TaskSymbol]:
    """The other tasks of the same Dag; `wrapper` is the item that holds `task` and `dependsOn`."""
    for task in tasks:
        if (
            len(task.path) == len(wrapper) + 1
            and task.path[: len(wrapper) - 1] == wrapper[:-1]
            and task.path[:-1] != wrapper
        ):
            yield task


def _chosen(wrapper: Path, tasks: tuple[TaskSymbol, ...]) -> frozenset[str]:
    own = next((task for task in tasks if task.path[:-1] == wrapper), None)
    return frozenset(own.depends_on) if own is not None else frozenset()


def _item(
    cursor: Cursor, text: str, kind: ItemKind, *, detail: str = "", rank: int = 5, about: tuple[str, ...] = ()
) -> CompletionItem:
    begins = text.lower().startswith(cursor.prefix.lower())
    return CompletionItem(
        label=text,
        kind=kind,
        insert=text,
        span=cursor.span,
        detail=detail,
        rank=rank,
        order=0 if begins else 1,
        about=about,
    )
