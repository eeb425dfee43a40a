"""Asking every kind of action, and keeping what leaves the text readable."""

from __future__ import annotations

import importlib
import logging
import pkgutil
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from tiercel_server.features.code_actions import kinds
from tiercel_server.features.code_actions.model import ActionPlace, Change, CodeAction, apply_edits, providers
from tiercel_server.workspace import DocumentSnapshot

logger = logging.getLogger(__name__)


@cache
def _load() -> None:
    for module in sorted(found.name for found in pkgutil.iter_modules(kinds.__path__)):
        importlib.import_module(f"{kinds.__name__}.{module}")


def code_actions(place: ActionPlace) -> Iterator[CodeAction]:
    """All that may be done at a place, fixes first. A kind that fails costs its own offers only."""
    if not place.snapshot.is_flow:
        return
    _load()
    for provider in providers():
        try:
            yield from (_checked(action, place.snapshot) for action in list(provider(place)))
        except Exception:
            logger.exception("No code actions of %s", provider.__module__)


def _checked(action: CodeAction, snapshot: DocumentSnapshot) -> CodeAction:
    """The action, giving no change that would break what YAML can read now."""

    def change() -> Change | None:
        made = action.change()
        if made is None:
            return None
        after = apply_edits(snapshot.text.text, made.edits)
        problems = len(_again(snapshot, after).source.problems)
        return made if problems <= len(snapshot.source.problems) else None

    return replace(action, change=change)


def _again(snapshot: DocumentSnapshot, text: str) -> DocumentSnapshot:
    return DocumentSnapshot(
        snapshot.name,
        text,
        settings=snapshot.settings,
        kestra_version=snapshot.kestra_version,
        catalog=snapshot.catalog,
    )
