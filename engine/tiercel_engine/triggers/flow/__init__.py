"""Flow triggers: which flows start when an execution of another one reaches a state."""

from tiercel_engine.triggers.flow.listening import Firing, Listening
from tiercel_engine.triggers.flow.upstream import Upstream

__all__ = ["Firing", "Listening", "Upstream"]
