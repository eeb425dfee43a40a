"""How things may be called, and how a name is written at its place."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tiercel_schemas.source.nodes import ScalarNode
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.values import scalar_value
from tiercel_server.analysis.names import Name, NameKind, Occurrence

KINDS: Mapping[NameKind, str] = {
    "namespace": "namespace",
    "flow": "flow",
    "input": "input",
    "output": "output",
    "loop-output": "output of the loop",
    "task": "task",
    "trigger": "trigger",
    "variable": "variable",
    "label": "label",
    "kv": "key",
    "namespace-variable": "variable of the namespace",
    "local": "name",
    "anchor": "anchor",
}
"""What can be renamed, with the word for it."""

_ID = (re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]*"), "letters, digits, `_` and `-`, a letter or digit first")
_DOTTED_ID = (re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]*"), "letters, digits, `.`, `_` and `-`, a letter or digit first")
_KEY = (
    re.compile(r"[^\s'\"{}\[\]:#,&*!|>%@`\\](?:[^\n'\"{}\[\]:#\\]*[^\s'\"{}\[\]:#\\])?"),
    "no quotes, brackets or colons",
)
_PATTERNS: Mapping[NameKind, tuple[re.Pattern[str], str]] = {
    "namespace": (re.compile(r"[a-z0-9][a-z0-9._-]*"), "small letters, digits, `.`, `_` and `-`, no sign first"),
    "flow": _DOTTED_ID,
    "input": _DOTTED_ID,
    "output": _DOTTED_ID,
    "loop-output": _DOTTED_ID,
    "task": _ID,
    "trigger": _ID,
    "variable": _KEY,
    "label": (re.compile(r"[^\W\d_A-Z][\w.-]*"), "letters, digits, `.`, `_` and `-`, a small letter first"),
    "kv": _DOTTED_ID,
    "namespace-variable": _KEY,
    "anchor": (re.compile(r"[^\s,\[\]{}*&]+"), "no blanks, commas, brackets or braces"),
    "local": (re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*"), "letters, digits and `_`, no digit first"),
}
_LONGEST: Mapping[NameKind, int] = {"namespace": 150, "flow": 100}
_IDENTIFIER = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


def name_fault(kind: NameKind, new: str) -> str | None:
    """Why a thing may not be called so; None where it may."""
    pattern, words = _PATTERNS[kind]
    if not pattern.fullmatch(new):
        return f"`{new}` is no name for a {KINDS[kind]}: it takes {words}."
    longest = _LONGEST.get(kind, 256)
    return f"A {KINDS[kind]} has a name of at most {longest} letters." if len(new) > longest else None


def own_span(occurrence: Occurrence, old: str, text: str) -> Span:
    """Where an occurrence spells a thing's own name: of `form.child` only what is its own, of `db.host` all of it."""
    span = occurrence.span
    longer = Span(span.end - len(old), span.end)
    return longer if "." in old and text[longer.start : longer.end] == old else span


def renamed(name: Name, old: str, new: str) -> Name:
    """A thing's name after its own part changed."""
    if name.kind == "namespace":
        return name._replace(namespace=new)
    if name.kind == "flow":
        return name._replace(flow=new)
    if name.kind == "input":
        count = len(old.split("."))
        return name._replace(steps=(*name.steps[:-count], *new.split(".")))
    return name._replace(steps=(*name.steps[:-1], new))


def step_text(steps: list[str], quote: str) -> str:
    """Steps as an expression writes them: behind dots, in brackets where a name needs them."""
    return "".join(f".{step}" if _IDENTIFIER.fullmatch(step) else f"[{quote}{step}{quote}]" for step in steps)


def is_identifier(text: str) -> bool:
    """Whether a step may stand behind a dot."""
    return _IDENTIFIER.fullmatch(text) is not None


def plain_scalar(text: str) -> str:
    """A text as a plain scalar of YAML, in quotes where it would be read as something else."""
    read = scalar_value(ScalarNode(Span(0, len(text)), text))
    return text if isinstance(read, str) else f'"{text}"'
