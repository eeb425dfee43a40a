"""Functions, filters, tests and tags, with places for what they must be given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from tiercel_schemas.expressions import Signature
from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.source.spans import Span
from tiercel_server.analysis.shapes import ListShape, MapShape, ScalarShape, Shape
from tiercel_server.features.completion.items import CompletionItem, ItemKind, escaped, fits
from tiercel_server.features.cursor import Cursor
from tiercel_server.features.documentation import signature_text

_WORD = re.compile(r"^\w+")
_BODIES: Mapping[str, str] = {
    "if": "if ${1:condition} %}$0{% endif %}",
    "for": "for ${1:item} in ${2:list} %}$0{% endfor %}",
    "set": "set ${1:name} = ${2:value} %}$0",
    "raw": "raw %}$0{% endraw %}",
}


_PLAIN_RANK, _LAST_RANK = 6, 9
_DATES = frozenset({"now"})
_OF_TEXTS = frozenset({"lower", "upper"})
"""Filters that take anything, but are meant for texts."""


def fitting_ranks(known: Mapping[str, Signature], target: n.Expression, shape: Shape) -> Mapping[str, int]:
    """The ranks of filters behind a value: those made for its type first, those for any type before the others."""
    wanted = _input_words(target, shape)
    if not wanted:
        return {}
    ranks = {}
    for name, signature in known.items():
        takes = set(signature.input.split(" | "))
        fits_well = bool(takes & wanted) or (name in _OF_TEXTS and "string" in wanted)
        ranks[name] = 4 if fits_well else 5 if "any" in takes else 7
    return ranks


def _input_words(target: n.Expression, shape: Shape) -> set[str]:
    """What signatures call values like this one; empty where nothing is known."""
    if isinstance(target, n.Call) and target.name in _DATES:
        return {"date"}
    match shape:
        case ScalarShape(kind="integer" | "number"):
            return {"number"}
        case ScalarShape(kind="string" | "date" | "boolean" as kind):
            return {kind}
        case ListShape():
            return {"list"}
        case MapShape():
            return {"map"}
    return set()


def offered_calls(
    known: Mapping[str, Signature],
    typed: str,
    span: Span,
    cursor: Cursor,
    ranks: Mapping[str, int] = MappingProxyType({}),
) -> Iterator[CompletionItem]:
    """What a version knows of a kind, deprecated names last; `ranks` orders the names that it holds."""
    template = cursor.template
    follows = _WORD.sub("", template.text[template.index :], count=1) if template is not None else ""
    for name, signature in known.items():
        if not fits(typed, name):
            continue
        kind: ItemKind = "function"
        if signature.kind in {"filter", "test", "tag"}:
            kind = signature.kind.value  # type: ignore[assignment]
        insert, snippet = _inserted(signature, follows, cursor.quote)
        yield CompletionItem(
            label=name,
            kind=kind,
            insert=insert,
            span=span,
            detail=signature_text(signature),
            note=signature.summary,
            snippet=snippet,
            plain=_plain(signature, follows),
            rank=_LAST_RANK if signature.deprecated else ranks.get(name, _PLAIN_RANK),
            deprecated=signature.deprecated,
            about=(signature.kind.value, name),
        )


def _inserted(signature: Signature, follows: str, quote: str) -> tuple[str, bool]:
    if signature.kind == "tag":
        body = _BODIES.get(signature.name)
        return (body, True) if body is not None and "%}" not in follows[:3] else (signature.name, False)
    if follows.startswith("(") or signature.kind == "operator":
        return signature.name, False
    needed = [parameter for parameter in signature.parameters if parameter.required and not parameter.variadic]
    if needed:
        inner = '"' if quote == "'" else "'"
        places = [
            f"{inner}${{{stop}:{escaped(parameter.name)}}}{inner}"
            if parameter.type == "string"
            else f"${{{stop}:{escaped(parameter.name)}}}"
            for stop, parameter in enumerate(needed, start=1)
        ]
        return f"{signature.name}({', '.join(places)})", True
    if signature.parameters and signature.kind == "function":
        return f"{signature.name}($0)", True
    return (f"{signature.name}()", False) if signature.kind == "function" else (signature.name, False)


def _plain(signature: Signature, follows: str) -> str:
    return f"{signature.name}()" if signature.kind == "function" and not follows.startswith("(") else signature.name
