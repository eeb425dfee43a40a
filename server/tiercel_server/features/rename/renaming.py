"""The edits of a rename."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tiercel_schemas.source.spans import Span
from tiercel_server.analysis.names import Name, Occurrence
from tiercel_server.features.rename.naming import (
    KINDS,
    is_identifier,
    name_fault,
    own_span,
    plain_scalar,
    renamed,
    step_text,
)
from tiercel_server.features.rename.preparing import RenameError, declarations_of, prepare_rename
from tiercel_server.workspace import DocumentSnapshot
from tiercel_server.workspace.index import NO_INDEX, Document, Place, WorkspaceIndex
from tiercel_server.workspace.session import TextEdit

Edits = dict[Document, tuple[TextEdit, ...]]
TextOf = Callable[[Document], str | None]


def rename(
    snapshot: DocumentSnapshot,
    offset: int,
    new: str,
    index: WorkspaceIndex = NO_INDEX,
    *,
    text_of: TextOf | None = None,
    complete: bool = True,
) -> Edits:
    """The edits of each document that give the thing under the cursor another name.

    `text_of` gives the text of a document that is not open. `complete` is false while files are still being read.

    Raises:
        RenameError: if there is nothing to rename, the name can't be had, or it can't be done everywhere.
    """
    found = prepare_rename(snapshot, offset, index)
    if found is None:
        raise RenameError("There is nothing here that has a name.")
    name, old = found.name, found.text
    if new == old:
        return {}
    fault = name_fault(name.kind, new)
    if fault is not None:
        raise RenameError(fault)
    if not complete and name.kind in {"namespace", "flow", "input", "output", "kv"}:
        raise RenameError("The flows of the workspace are still being read; try again in a moment.")
    _refuse_doubles(name, renamed(name, old, new), snapshot, index)
    edits: dict[Document, dict[Span, str]] = {}
    for place in index.places(name, snapshot):
        document = snapshot if place.document.name == snapshot.name else place.document
        text = document.text.text if isinstance(document, DocumentSnapshot) else text_of(document) if text_of else None
        if text is None:
            raise RenameError(f"{document.name} can't be read.")
        if place.occurrence.form != "implied":
            span, written = _edit(place.occurrence, old, new, text, document)
            edits.setdefault(document, {})[span] = written
    _refuse_unread(edits, old)
    return {
        document: tuple(TextEdit(span, text) for span, text in sorted(changes.items()))
        for document, changes in edits.items()
    }


def _edit(occurrence: Occurrence, old: str, new: str, text: str, document: Document) -> tuple[Span, str]:
    span, form = own_span(occurrence, old, text), occurrence.form
    new_steps = new.split(".") if occurrence.name.kind in {"input", "label"} else [new]
    if form in {"dotted", "bracket"} and (len(new_steps) > 1 or "." in old):
        start = span.start - 1 if text[span.start - 1] == "." else occurrence.whole.start
        return Span(min(start, occurrence.whole.start), occurrence.whole.end), step_text(new_steps, occurrence.quote)
    if text[span.start : span.end] != old:
        line = text.count("\n", 0, span.start) + 1
        raise RenameError(f"`{old}` is written with escapes on line {line} of {document.name}: change it by hand.")
    if form == "dotted" and not is_identifier(new):
        return occurrence.whole, step_text([new], occurrence.quote)
    if form == "scalar" and occurrence.whole == span:
        return span, plain_scalar(new)
    return span, new


# --- refusals ------------------------------------------------------------------------------------------------


def _refuse_doubles(name: Name, new: Name, snapshot: DocumentSnapshot, index: WorkspaceIndex) -> None:
    kind = KINDS[name.kind]
    if name.kind == "namespace":
        moved = {flow for namespace, flow in index.flows.flows if namespace == name.namespace}
        both = sorted(flow for namespace, flow in index.flows.flows if namespace == new.namespace and flow in moved)
        if both:
            raise RenameError(f"Both `{name.namespace}` and `{new.namespace}` have a flow `{both[0]}`.")
        return
    declared = declarations_of(name, snapshot, index)
    if name.kind not in {"local", "kv", "label", "variable"} and len(declared) > 1:
        if len({place.document.name for place in declared}) > 1:
            raise RenameError(f"The {kind} `{name.text}` is declared in several files: which is meant can't be told.")
        raise RenameError(f"The flow has {len(declared)} times {_article(kind)} `{name.text}`: mend that first.")
    taken = next(iter(_declared(new, snapshot, index)), None)
    if taken is not None:
        whose = f"the namespace `{new.namespace}`" if name.kind == "flow" else f"the flow `{name.flow}`"
        raise RenameError(f"There is {_article(kind)} `{new.text}` already in {whose}.")


def _declared(name: Name, snapshot: DocumentSnapshot, index: WorkspaceIndex) -> Iterator[Place]:
    for place in (*declarations_of(name, snapshot, index), *index.declarations(name, snapshot)):
        if place.occurrence.role == "declaration" or name.kind in {"kv", "local"}:
            yield place


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeio" else f"a {kind}"


def _refuse_unread(edits: dict[Document, dict[Span, str]], old: str) -> None:
    """Lines that YAML could not read may name the thing too."""
    word = re.compile(rf"(?<![\w-]){re.escape(old)}(?![\w-])")
    for document in edits:
        if not isinstance(document, DocumentSnapshot) or not document.source.problems:
            continue
        for stray in document.source.strays:
            if word.search(document.text.text, stray.start, stray.end):
                line = document.text.line_at(stray.start) + 1
                raise RenameError(f"Line {line} can't be read as YAML and may name `{old}` too: mend it first.")
