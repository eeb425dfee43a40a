"""What a run is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tiercel_engine.core.records import Trigger
from tiercel_engine.core.wishes import WHOLE, Breakpoint, Extent, Fixture
from tiercel_engine.store.history import History
from tiercel_engine.tasks.services import LocalServices
from tiercel_schemas.model import Flow

FindFlow = Callable[[str, str], Flow | None]
"""A flow by namespace and id, None when the workspace has none."""

OnEvent = Callable[[Mapping[str, Any]], None]
"""Takes each line of the event stream (`docs/events.md`) as plain data ready for JSON."""

DEFAULT_PARALLEL = 16


def no_flow(_namespace: str, _flow_id: str) -> Flow | None:
    """A workspace without flows."""
    return None


def ignore(_event: Mapping[str, Any]) -> None:
    """For those who don't listen."""


def this_moment() -> datetime:
    """The time of this machine, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all executions of an engine share."""

    services: LocalServices
    find_flow: FindFlow = no_flow
    knows_namespace: Callable[[str], bool] = lambda _namespace: False
    globals: Mapping[str, Any] = field(default_factory=dict)
    """`globals` of expressions, as the server's configuration gives them."""
    files: Mapping[str, str] = field(default_factory=dict)
    """`files` of expressions, as unit tests give them: URIs in storage by name."""
    envs: Mapping[str, str] = field(default_factory=dict)
    """`envs` of expressions: lower-case names without their prefix."""
    kestra_url: str = "http://localhost:8080/"
    max_parallel: int = DEFAULT_PARALLEL
    """Leaf tasks at work at once, over all executions."""
    listening: Callable[[], Sequence[Flow]] = tuple
    """The flows whose Flow triggers hear of what runs here; none unless told."""
    history: History | None = None
    """Where events are kept; None keeps nothing."""
    clock: Callable[[], datetime] = this_moment
    """The time, in UTC; another clock than this machine's lets a week pass at once."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One execution to run to its end.

    `inputs` are raw, as a caller gives them: texts or native values by input id, a path or bytes for a FILE input.
    `labels` come above those of the flow.
    """

    flow: Flow
    surroundings: Surroundings
    inputs: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    trigger: Trigger | None = None
    fixtures: tuple[Fixture, ...] = ()
    """Stand-ins for tasks, also inside of iterations of a Loop; not for those of subflows."""
    breakpoints: tuple[Breakpoint, ...] = ()
    extent: Extent = WHOLE
    """Which part of the flow runs."""
    reuse: str | None = None
    """An execution of the history whose task runs stand where `extent` lets nothing run; inputs left out are its."""
