"""What a completion offers, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tiercel_schemas.source.spans import Span

ItemKind = Literal["property", "type", "value", "reference", "variable", "function", "filter", "test", "tag", "keyword"]
About = tuple[str, ...]
"""What an item's documentation is about: `("property", owner, path…)`, `("type", name)`, `("function", name)` …"""


@dataclass(frozen=True, slots=True)
class CompletionItem:
    """One offer: `span` of the text becomes `insert`.

    `snippet` says that `insert` holds placeholders as `${1:name}`, for clients that know them; `plain` is then the text
    for the others. `rank` orders: smaller first, then by `order`, then by label. `filter` is what typed text is held
    against.
    """

    label: str
    kind: ItemKind
    insert: str
    span: Span
    detail: str = ""
    note: str = ""
    snippet: bool = False
    plain: str = ""
    rank: int = 5
    order: int = 0
    filter: str = ""
    deprecated: bool = False
    about: About = ()


@dataclass(frozen=True, slots=True)
class CompletionList:
    """All offers; `incomplete` when more would come with more text."""

    items: tuple[CompletionItem, ...] = ()
    incomplete: bool = False


def fits(typed: str, candidate: str) -> bool:
    """Whether the letters typed so far stand in the candidate in their order, whatever their case."""
    letters = iter(candidate.lower())
    return all(letter in letters for letter in typed.lower())


def escaped(text: str) -> str:
    """A text as it stands in a snippet."""
    return text.replace("\\", "\\\\").replace("$", "\\$").replace("}", "\\}")
