"""What may be renamed at an offset."""

from __future__ import annotations

from typing import NamedTuple

from tiercel_schemas.source.spans import Span
from tiercel_server.analysis.names import Name
from tiercel_server.features.navigation.places import names_at
from tiercel_server.features.rename.naming import KINDS, own_span
from tiercel_server.workspace import DocumentSnapshot
from tiercel_server.workspace.index import NO_INDEX, Place, WorkspaceIndex


class RenameError(Exception):
    """Why something can't be renamed, in words for the author."""


class Renamable(NamedTuple):
    """A thing that may be renamed: where it is named, its own name now, and all that it is."""

    span: Span
    text: str
    name: Name


def prepare_rename(snapshot: DocumentSnapshot, offset: int, index: WorkspaceIndex = NO_INDEX) -> Renamable | None:
    """What would be renamed at an offset; None where nothing has a name.

    Raises:
        RenameError: if what stands there has a name that can't be changed.
    """
    names = names_at(snapshot, offset, index)
    spelled = [each for each in names if each.form != "implied"]
    if not spelled:
        return None
    occurrence = spelled[0]
    if occurrence.name.kind not in KINDS:
        raise RenameError(_FIXED[occurrence.name.kind].format(occurrence.name.text))
    found = {
        each.name: declared
        for each in spelled
        if each.span == occurrence.span and (declared := declarations_of(each.name, snapshot, index))
    }
    if not found:
        raise RenameError(_undeclared(occurrence.name))
    if len(found) > 1 and occurrence.name.kind not in _INHERITED:
        raise RenameError(f"`{occurrence.name.text}` belongs to several flows here; rename it where it is declared.")
    name, declared = next(iter(found.items()))
    text = _own_name(name, declared[0], index)
    return Renamable(own_span(occurrence, text, snapshot.text.text), text, name)


def declarations_of(name: Name, snapshot: DocumentSnapshot, index: WorkspaceIndex) -> tuple[Place, ...]:
    """Where a thing is declared, or set where nothing declares it."""
    here = tuple(Place(snapshot, each) for each in snapshot.occurrences if each.name == name)
    own = tuple(each for each in here if each.occurrence.role in {"declaration", "write"})
    if name.kind in {"local", "anchor", "namespace", "kv"}:
        return own or index.declarations(name, snapshot)
    return index.declarations(name, snapshot) or own


def _own_name(name: Name, declared: Place, index: WorkspaceIndex) -> str:
    """The part of a name that is the thing's own: an input may be declared as `db.host`, or inside a form."""
    if name.kind != "input":
        return name.steps[-1] if name.steps else name.text
    document = index.snapshot(declared.document)
    return document.text.slice(declared.occurrence.span) if document is not None else name.text


def _undeclared(name: Name) -> str:
    kind = KINDS[name.kind]
    if name.kind in {"input", "output"}:
        return f"The {kind} `{name.text}` is declared by no flow `{name.flow}` of `{name.namespace}` in this workspace."
    return f"The {kind} `{name.text}` is declared nowhere in this workspace."


_INHERITED = frozenset({"kv", "namespace-variable"})
"""Of these the nearest namespace counts, which comes first."""
_FIXED = {
    "plugin": "`{}` is the type of a plugin; its name is the same for everyone.",
    "secret": "The secret `{}` lives outside of the workspace; rename it where it is kept.",
}
