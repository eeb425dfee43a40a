"""States of executions and task runs, under Kestra's names."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where an execution or a task run stands."""

    CREATED = "CREATED"
    SUBMITTED = "SUBMITTED"
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    RESTARTED = "RESTARTED"
    RETRYING = "RETRYING"
    KILLING = "KILLING"
    BREAKPOINT = "BREAKPOINT"
    SUCCESS = "SUCCESS"
    WARNING = "WARNING"
    FAILED = "FAILED"
    KILLED = "KILLED"
    CANCELLED = "CANCELLED"
    SKIPPED = "SKIPPED"
    RETRIED = "RETRIED"
    RESUBMITTED = "RESUBMITTED"

    @property
    def terminated(self) -> bool:
        """Whether nothing more happens by itself."""
        return self in _TERMINATED

    @property
    def failed(self) -> bool:
        """Whether this is the end that error handlers answer to."""
        return self is State.FAILED

    @property
    def created(self) -> bool:
        """Whether work may be started from here."""
        return self in _CREATED


_TERMINATED = frozenset(
    {
        State.SUCCESS,
        State.WARNING,
        State.FAILED,
        State.KILLED,
        State.CANCELLED,
        State.SKIPPED,
        State.RETRIED,
        State.RESUBMITTED,
    }
)
_CREATED = frozenset({State.CREATED, State.RESTARTED})

SEVERITY: tuple[State, ...] = (State.KILLED, State.FAILED, State.CANCELLED, State.WARNING, State.PAUSED)
"""Which state of a child decides the state of a list of tasks, strongest first."""
