"""The flow of an execution as a file has it now."""

from __future__ import annotations

from tiercel_engine.core.records import Execution
from tiercel_schemas.model import Flow
from tiercel_server.cli.running.complaints import Refused
from tiercel_server.cli.running.preparing import Wish, choose


def flow_in(path: str, execution: Execution) -> Flow:
    """The flow of this id in a file, checked as before a run; raises `Refused`."""
    old = execution.flow
    flow = choose(Wish(path, old.id, {}, {}, None, None, None, old.version)).flow
    if flow.namespace != old.namespace:
        raise Refused(f"{path} has flow '{flow.namespace}.{flow.id}', not '{old.namespace}.{old.id}'.")
    return flow
