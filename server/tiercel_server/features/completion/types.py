"""Types by full, partial or simple name; as a whole task where an item of a list begins."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.catalog import Catalog, Property
from tiercel_schemas.source.spans import Span
from tiercel_server.features.completion.items import CompletionItem
from tiercel_server.features.completion.keys import is_written_as_list
from tiercel_server.features.completion.type_ranks import filter_text, ranked_types

MOST_TYPES = 150
MOST_WHOLES = 40
"""Of whole objects fewer are offered: each needs the facts of its type, which stand in a file for each plugin."""
_PLUGINS = "io.kestra.plugin."


def offered_types(typed: str, span: Span, choices: tuple[str, ...], catalog: Catalog) -> list[CompletionItem]:
    """The names that fit what is typed, the likeliest first; at most `MOST_TYPES`."""
    items = []
    for order, (name, rank) in enumerate(ranked_types(typed, choices, catalog, MOST_TYPES)):
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
                filter=filter_text(typed, name),
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
    for order, (name, rank) in enumerate(ranked_types(typed, choices, catalog, MOST_WHOLES)):
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
                note=_package(name),
                snippet=True,
                plain=margin.join([f"{dash}id: {identifier}", f"type: {name}"]),
                rank=rank + 3,
                order=order,
                filter=filter_text(typed, name),
                deprecated=catalog.is_deprecated(name),
                about=("type", name),
            )
        )
    return items


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


def _package(name: str) -> str:
    """What tells equal simple names apart: `jdbc.duckdb`."""
    return name.removeprefix(_PLUGINS).rpartition(".")[0]


def _identifier(simple: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in simple).strip("_")
