"""Kept values of snapshots: one JSON file a suite, in `__snapshots__` beside the file of the suite."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = "__snapshots__"
Kept = Mapping[str, Mapping[str, Any]]
"""Values by case and name."""


def snapshot_file(suite_path: Path, suite_id: str) -> Path:
    """Where the snapshots of a suite are kept."""
    return suite_path.parent / FOLDER / f"{suite_id}.json"


def read_snapshots(path: Path) -> Kept:
    """The snapshots in a file, none where there is no such file; raises `ValueError` and `OSError`."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    if not isinstance(found, dict) or not all(isinstance(each, dict) for each in found.values()):
        raise ValueError("it must hold a map of cases to maps of snapshots")
    return found


def write_snapshots(path: Path, kept: Kept) -> bool:
    """Keep snapshots, sorted so that a diff tells what has changed; whether the file is another now."""
    text = json.dumps(kept, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    if not kept:
        existed = path.exists()
        path.unlink(missing_ok=True)
        return existed
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return True


def updated(kept: Kept, new: Mapping[str, Mapping[str, Any]], known: Mapping[str, set[str]]) -> Kept:
    """Kept snapshots with new ones in their places; those that no case asks for any more are left out.

    `new` are the values of the cases that ran, `known` the names that each case of the suite asks for.
    """
    merged = {case: {**kept.get(case, {}), **new.get(case, {})} for case in known}
    return {
        case: {name: value for name, value in values.items() if name in known[case]}
        for case, values in merged.items()
        if any(name in known[case] for name in values)
    }
