"""Triggers that look again and again: each kind names the task that looks, and says whether what it saw is news."""

from __future__ import annotations

import importlib

from tiercel_engine.triggers.polling.registry import Kind, Sighting, find_kind

__all__ = ["Kind", "Sighting", "find_polling_kind"]
_MODULES = ("requests", "local_files", "queries")


def find_polling_kind(trigger_type: str) -> Kind | None:
    """How a type of trigger looks; None for one that does not run here."""
    for name in _MODULES:
        importlib.import_module(f"{__name__}.{name}")
    return find_kind(trigger_type)
