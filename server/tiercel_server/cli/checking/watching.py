"""The flows of a workspace, with a note of whether anyone looked at them."""

from __future__ import annotations

from collections.abc import Mapping

from tiercel_server.analysis.workspace_flows import KnownFlow, WorkspaceFlows


class WatchedFlows(WorkspaceFlows):
    """Answers as the flows that it is made of; `asked` tells whether it was ever asked."""

    __slots__ = ("_flows", "asked")
    asked: bool

    def __init__(self, flows: WorkspaceFlows) -> None:
        object.__setattr__(self, "_flows", flows)
        object.__setattr__(self, "asked", False)

    @property
    def flows(self) -> Mapping[tuple[str, str], KnownFlow]:
        """The flows by namespace and id."""
        return self._seen().flows

    @property
    def complete(self) -> bool:
        """Whether a flow that is missing exists nowhere."""
        return self._seen().complete

    def _seen(self) -> WorkspaceFlows:
        object.__setattr__(self, "asked", True)
        flows: WorkspaceFlows = object.__getattribute__(self, "_flows")
        return flows
