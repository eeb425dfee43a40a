"""Types by full, partial or simple name; as a whole task where an item of a list begins."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.catalog import Catalog, Property
from tiercel_schemas.source.spans import Span
from tiercel_server.features.completion.items import CompletionItem, fits
from tiercel_server.features.completion.keys import is_written_as_list

MOST_TYPES = 150
_CORE = "io.kestra.plugin.core."


def offered_types(typed: str, span: Span, choices: tuple[str, ...], catalog: Catalog) -> list[CompletionItem]:
    """The names that fit what is typed, the likeliest first; at most `MOST_TYPES`."""
    items = []
    for order, (name, rank) in enumerate(_ranked(typed, choices, catalog)):
        deprecated = catalog.is_deprecated(name)
        items.append(
            CompletionItem(
                label=name,
                kind="type",
                insert=name,
                span=span,
                detail="deprecated" if deprecated else "",
                rank=rank,
                order=order,
                filter=name if "." in typed or "." not in name else _simple(name),
                deprecated=deprecated,
                about=("type", name),
            )
        )
    return items


def offered_wholes(
    typed: str, span: Span, choices: tuple[str, ...], catalog: Catalog, indent: int, dash: str = ""
) -> list[CompletionItem]:
    """Whole objects as snippets: `id`, `type` and what the type requires; `indent` is the column of the keys."""
    items = []
    for order, (name, rank) in enumerate(_ranked(typed, choices, catalog)):
        simple = _simple(name)
        identifier = _identifier(simple)
        margin = "\n" + " " * indent
        lines = [f"{dash}id: ${{1:{identifier}}}", f"type: {name}"]
        lines += _required_lines(name, catalog, indent)
        items.append(
            CompletionItem(
                label=simple,
                kind="type",
                insert=margin.join(lines),
                span=span,
                detail=name,
                snippet=True,
                plain=margin.join([f"{dash}id: {identifier}", f"type: {name}"]),
                rank=rank + 3,
                order=order,
                filter=name if "." in typed else simple,
                deprecated=catalog.is_deprecated(name),
                about=("type", name),
            )
        )
    return items


def _ranked(typed: str, choices: tuple[str, ...], catalog: Catalog) -> list[tuple[str, int]]:
    ranked = sorted(
        (rank, not name.startswith(_CORE), len(name), name)
        for name in choices
        if (rank := _rank(typed, name, catalog)) is not None
    )
    return [(name, rank) for rank, _, _, name in ranked[:MOST_TYPES]]


def _rank(typed: str, name: str, catalog: Catalog) -> int | None:
    """How well a name fits: its simple name, from its start, anywhere, letter by letter; deprecated names last."""
    simple, lower = _simple(name).lower(), typed.strip().lower()
    if not lower:
        rank = 3 if name.startswith(_CORE) else 4
    elif simple == lower:
        rank = 0
    elif simple.startswith(lower) or name.lower().startswith(lower):
        rank = 1
    elif lower in name.lower():
        rank = 2
    elif fits(lower, simple):
        rank = 4
    else:
        return None
    return rank + (5 if catalog.is_deprecated(name) else 0)


def _required_lines(name: str, catalog: Catalog, indent: int) -> Iterator[str]:
    plugin = catalog.plugin(name)
    stop = 2
    for needed in plugin.required if plugin is not None else ():
        prop = plugin.properties[needed] if plugin is not None else Property(needed)
        if needed in {"id", "type"}:
            continue
        yield f"{needed}:{_value(prop, stop, indent)}"
        stop += 1


def _value(prop: Property, stop: int, indent: int) -> str:
    below = "\n" + " " * (indent + 2)
    if is_written_as_list(prop):
        return f"{below}- ${{{stop}}}"
    if prop.kind == "object" or prop.ref is not None or prop.base is not None:
        return f"{below}${{{stop}}}"
    if prop.enum:
        return f" ${{{stop}|{','.join(str(value) for value in prop.enum)}|}}"
    if prop.language is not None:
        return f" |{below}${{{stop}}}"
    return f" ${{{stop}}}"


def _simple(name: str) -> str:
    return name.rpartition(".")[2]


def _identifier(simple: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in simple).strip("_")
