"""The history of a workspace, and the execution that an argument names."""

from __future__ import annotations

import difflib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tiercel_engine.store import History, HistoryError, Search, Summary
from tiercel_schemas.model.project import STATE_FOLDER
from tiercel_server.cli.history.moments import local_time
from tiercel_server.cli.history.states import shown_state
from tiercel_server.cli.history.story import caller_of
from tiercel_server.cli.running.complaints import Refused
from tiercel_server.cli.running.place import Place, find_place
from tiercel_server.cli.running.preparing import HISTORY_FILE

LAST = "last"
_TOLD = 5
"""Executions named in a complaint."""
_COMPARED = 200
"""Ids that one which nobody knows is compared with."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace with a history."""

    place: Place
    history: History


@contextmanager
def workspace_at(folder: Path | None) -> Iterator[Workspace]:
    """The history, found as `tiercel run` finds it and closed in the end; raises `Refused` when there is none."""
    place = find_place(folder, folder or Path.cwd())
    path = place.root / STATE_FOLDER / HISTORY_FILE
    if not path.is_file():
        raise Refused(
            f"Nothing was run in {place.root} yet: there is no {STATE_FOLDER}/{HISTORY_FILE}.",
            "`tiercel run` keeps its history beside tiercel.yaml, else beside the flow; --workspace DIR names one.",
        )
    try:
        history = History(path)
        try:
            yield Workspace(place, history)
        finally:
            history.close()
    except (HistoryError, sqlite3.Error, OSError) as error:
        raise Refused(f"The history {path} can't be read: {error}.") from error


def named(history: History, name: str) -> Summary:
    """The execution of an id, of the beginning of one, or of `last`; raises `Refused`."""
    found = _last(history) if name == LAST else history.summary(name)
    if found is not None:
        return found
    ids = history.ids_beginning(name, _TOLD + 1) if name and name != LAST else []
    summaries = [summary for summary in map(history.summary, ids) if summary is not None]
    if len(summaries) == 1:
        return summaries[0]
    if summaries:
        more = ["  …"] if len(summaries) > _TOLD else []
        raise Refused(f"Several executions begin with '{name}':", *map(_line, summaries[:_TOLD]), *more)
    latest = history.find(Search(limit=_TOLD))
    if not latest:
        raise Refused("The history holds no execution yet.", "`tiercel run FLOW` makes one.")
    known = [LAST, *(each.id for each in history.find(Search(limit=_COMPARED)))]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    raise Refused(f"The history holds no execution '{name}'.{hint}", "The latest:", *map(_line, latest))


def iterations_of(history: History, execution_id: str) -> list[Summary]:
    """The iterations of an execution's Loops, and theirs."""
    found = []
    for each in history.find(Search(parent_id=execution_id, with_children=True, limit=-1)):
        if each.kind is not None:
            found += [each, *iterations_of(history, each.id)]
    return found


def _last(history: History) -> Summary | None:
    """The newest execution, not one that another has called."""
    newest = next(iter(history.find(Search(limit=1))), None)
    while newest is not None:
        caller = newest.parent_id if newest.kind is not None else caller_of(history, newest.id)
        above = history.summary(caller) if caller is not None else None
        if above is None:
            return newest
        newest = above
    return None


def _line(summary: Summary) -> str:
    flow = f"{summary.namespace}.{summary.flow_id}"
    return f"  {summary.id}  {flow}  {shown_state(summary)}  {local_time(summary.start_date)}"
