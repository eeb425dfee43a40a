"""Which executions a command is about: the options that say so, and what they find."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tiercel_engine.store import History, Search, Summary

_OPTIONS: tuple[Callable[[Callable[..., None]], Callable[..., None]], ...] = (
    click.option("--flow", "flow_id", metavar="ID", help="Of this flow."),
    click.option("--namespace", metavar="NAME", help="Of flows in this namespace."),
    click.option(
        "--state",
        "states",
        multiple=True,
        metavar="STATE",
        help="In this state, INTERRUPTED too; one of several, if given.",
    ),
    click.option(
        "--label", "-l", "labels", multiple=True, metavar="KEY=VALUE", help="With this label; with all, if given."
    ),
    click.option("--text", metavar="TEXT", help="With this in the id, the flow's name, a label or a log message."),
    click.option("--since", metavar="WHEN", help="Started then or later: a date, or how long ago (2h, 7d, PT30M)."),
    click.option("--until", metavar="WHEN", help="Started before then."),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options say; `states` in upper case, everything left out matches."""

    search: Search
    states: frozenset[str]

    @property
    def says_nothing(self) -> bool:
        """Whether every execution matches."""
        search = self.search
        given = (search.namespace, search.flow_id, search.labels, search.text, search.since, search.until, self.states)
        return not any(given)

    def find(self, history: History, limit: int) -> list[Summary]:
        """What matches, the newest first, `limit` at most (-1: all); that one was interrupted, no query can tell."""
        from tiercel_server.cli.history.states import INTERRUPTED, shown_state

        stored = () if INTERRUPTED in self.states else tuple(sorted(self.states))
        asked = replace(self.search, states=stored, limit=limit)
        while True:
            rows = history.find(asked)
            found = [row for row in rows if not self.states or shown_state(row) in self.states]
            if limit < 0 or len(found) >= limit or len(rows) < asked.limit:
                return found[:limit] if limit >= 0 else found
            asked = replace(asked, limit=asked.limit * 4)


def search_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options; the command gets them as they were given, for `wanted`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def wanted(  # noqa: PLR0913 - one per option
    *,
    flow_id: str | None,
    namespace: str | None,
    states: Sequence[str],
    labels: Sequence[str],
    text: str | None,
    since: str | None,
    until: str | None,
    now: datetime,
) -> Wanted:
    """The search that the options ask for; raises `Refused`."""
    from tiercel_engine.store import Search

    search = Search(
        namespace=namespace,
        flow_id=flow_id,
        labels=_labels(labels),
        text=text or None,
        since=_instant(since, now),
        until=_instant(until, now),
    )
    return Wanted(search, _states(states))


def _states(given: Sequence[str]) -> frozenset[str]:
    from tiercel_engine.core.states import State
    from tiercel_server.cli.history.states import INTERRUPTED
    from tiercel_server.cli.running.complaints import Refused

    known = [INTERRUPTED, *State]
    states = frozenset(state.upper() for state in given)
    if unknown := sorted(states - set(known)):
        raise Refused(f"'--state {unknown[0]}' is no state.", f"States are {', '.join(known)}.")
    return states


def _labels(pairs: Sequence[str]) -> Mapping[str, str]:
    from tiercel_server.cli.running.complaints import Refused

    labels = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator or not key:
            raise Refused(f"'--label {pair}' is no KEY=VALUE.", "Example: --label team=data")
        labels[key] = value
    return labels


def _instant(text: str | None, now: datetime) -> str | None:
    from tiercel_engine.core.api_shape import iso
    from tiercel_server.cli.history.moments import moment
    from tiercel_server.cli.running.complaints import Refused

    if text is None:
        return None
    try:
        return iso(moment(text, now))
    except ValueError as error:
        raise Refused(f"{error}.") from error
