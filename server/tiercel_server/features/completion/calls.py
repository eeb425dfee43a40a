"""Functions, filters, tests and tags, with places for what they must be given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tiercel_schemas.expressions import Signature
from tiercel_schemas.source.spans import Span
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


def offered_calls(known: Mapping[str, Signature], typed: str, span: Span, cursor: Cursor) -> Iterator[CompletionItem]:
    """What a version knows of a kind, deprecated names last."""
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
            rank=9 if signature.deprecated else 6,
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
