"""Places that change together as one types: a name that only this document knows, spelled the same everywhere."""

from __future__ import annotations

from tiercel_schemas.source.spans import Span
from tiercel_server.features.navigation import named_at
from tiercel_server.workspace import DocumentSnapshot
from tiercel_server.workspace.index import NO_INDEX, WorkspaceIndex

WORD = "[a-zA-Z_][a-zA-Z0-9_]*"
"""What may be typed without ending it: names that need no brackets."""
_KINDS = frozenset({"task", "input", "variable", "trigger", "local", "loop-output", "output"})


def linked_ranges(snapshot: DocumentSnapshot, offset: int, index: WorkspaceIndex = NO_INDEX) -> tuple[Span, ...]:
    """The places of the name under the cursor; empty where it is not safe to change them all letter by letter.

    It is not where the name is declared twice or nowhere, where other documents name it, where it is written in
    another way somewhere, or where the text can't be read as a whole.
    """
    found = named_at(snapshot, offset, index)
    if found is None or found.name.kind not in _KINDS or snapshot.source.problems:
        return ()
    places = [each for each in index.places(found.name, snapshot) if each.occurrence.form != "implied"]
    if any(each.document is not snapshot for each in places):
        return ()
    here = [each for each in snapshot.occurrences if each.name == found.name and each.form != "implied"]
    texts = {snapshot.text.slice(each.span) for each in here}
    declared = [each for each in here if each.role == "declaration"]
    certain = all(each.certain for each in here)
    spans = tuple(dict.fromkeys(each.span for each in here))
    if len(texts) != 1 or len(declared) != 1 or len(spans) < 2 or not certain or not texts.pop().isidentifier():
        return ()
    return spans
