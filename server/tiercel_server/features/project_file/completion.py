"""What may be written in a project file."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.source.locate import node_at
from tiercel_schemas.source.nodes import MappingNode, Node
from tiercel_server.features.completion.items import CompletionItem, CompletionList, fits
from tiercel_server.features.completion.names import offered_names
from tiercel_server.features.cursor import Cursor, locate
from tiercel_server.features.project_file.schema import NO_RULES, Rules, about, default_of, kind_of, schemas_at
from tiercel_server.features.surroundings import NOTHING_AROUND, Surroundings
from tiercel_server.workspace import DocumentSnapshot


def complete_project(
    snapshot: DocumentSnapshot, offset: int, around: Surroundings = NOTHING_AROUND, rules: Rules = NO_RULES
) -> CompletionList:
    """The settings, values and names that fit an offset of a project file."""
    cursor = locate(snapshot.source, offset)
    if cursor.role in {"comment", "content"}:
        return CompletionList()
    root = cursor.document.root if cursor.document is not None else None
    items = list(_keys(cursor, root, around, rules)) if cursor.role == "key" else list(_values(cursor, rules))
    return CompletionList(tuple(sorted(items, key=lambda item: (item.rank, item.order, item.label))))


def _keys(cursor: Cursor, root: Node | None, around: Surroundings, rules: Rules) -> Iterator[CompletionItem]:
    container = node_at(root, cursor.path)
    pairs = container.pairs if isinstance(container, MappingNode) else []
    present = {pair.name for pair in pairs if not pair.key.span.contains(cursor.offset)}
    for schema in schemas_at(cursor.path):
        required = schema.get("required", ())
        for order, name in enumerate(schema.get("properties", {})):
            if name not in present and fits(cursor.prefix, name):
                rank = 2 if name in required else 5
                yield _key(cursor, name, rank, order)
    if cursor.path == ("rules", "severity"):
        yield from _codes(cursor, ": ", present, rules)
    if cursor.path == ("namespaces",):
        for order, name in enumerate(sorted({space for space, _ in around.flows.flows})):
            if name not in present and fits(cursor.prefix, name):
                below = "\n" + " " * (cursor.column + 2)
                yield CompletionItem(
                    name, "property", f"{name}:{below}$0", cursor.span, detail="namespace", snippet=True,
                    plain=f"{name}:", order=order,
                )  # fmt: skip


def _key(cursor: Cursor, name: str, rank: int, order: int) -> CompletionItem:
    schemas = schemas_at((*cursor.path, name))
    kinds = " or ".join(dict.fromkeys(kind_of(each) for each in schemas)) or "any"
    holds = {each.get("type") for each in schemas}
    below = "\n" + " " * (cursor.column + 2)
    insert, plain, snippet = f"{name}: ", f"{name}: ", False
    if cursor.before_colon:
        insert = plain = name
    elif holds == {"object"} and not cursor.in_brackets:
        insert, plain, snippet = f"{name}:{below}$0", f"{name}:", True
    elif "array" in holds and not cursor.in_brackets:
        insert, plain, snippet = f"{name}: [$0]", f"{name}: ", True
    return CompletionItem(
        name, "property", insert, cursor.span, detail=kinds, note=about((*cursor.path, name)), snippet=snippet,
        plain=plain, rank=rank, order=order,
    )  # fmt: skip


def _values(cursor: Cursor, rules: Rules) -> Iterator[CompletionItem]:
    if cursor.path[:2] == ("rules", "ignore"):
        yield from _codes(cursor, "", frozenset(), rules)
        return
    inner = cursor.path[:-1] if cursor.path and isinstance(cursor.path[-1], int) else cursor.path
    default = default_of(inner)
    for schema in schemas_at(cursor.path):
        values = schema.get("enum", ("true", "false") if schema.get("type") == "boolean" else ())
        for order, value in enumerate(values):
            text = str(value)
            if fits(cursor.prefix, text):
                # Kestra's versions are numbers to YAML unless they are quoted.
                written = f'"{text}"' if inner == ("kestra-version",) and not cursor.quote else text
                detail = "default" if str(default).lower() == text else ""
                yield CompletionItem(text, "value", written, cursor.span, detail=detail, order=order, filter=written)


def _codes(
    cursor: Cursor, after: str, present: frozenset[str | None] | set[str | None], rules: Rules
) -> Iterator[CompletionItem]:
    known = [code for code in rules if code not in present]
    for item in offered_names(known, cursor.prefix, cursor.span, ""):
        rule = rules[item.label]
        insert = item.insert + ("" if cursor.before_colon else after)
        yield CompletionItem(
            item.label, "value", insert, item.span, detail=rule.severity, note=rule.summary,
            rank=item.rank, order=item.order,
        )  # fmt: skip
