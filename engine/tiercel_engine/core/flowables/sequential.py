"""Sequential and AllowFailure."""

from __future__ import annotations

from tiercel_engine.core.flowables.base import Flowable, kind
from tiercel_engine.core.records import Scope
from tiercel_engine.core.states import State


@kind("flow.Sequential")
class Sequential(Flowable):
    """One after another."""


@kind("flow.AllowFailure")
class AllowFailure(Flowable):
    """One after another; a failure is only a warning."""

    def end_state(self, scope: Scope) -> State:
        """FAILED becomes WARNING."""
        return State.WARNING if scope.worst is State.FAILED else scope.worst


ROOT = Sequential()
"""The flow itself runs its tasks as Sequential does."""
