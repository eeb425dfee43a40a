"""Where the tasks stand that failed in flows which a run has called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.called_runs import CalledRuns
from tiercel_server.workspace.session import path_of

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer

_MOST = 5


def places_of_failures(
    server: TiercelServer, called: CalledRuns
) -> dict[str, list[types.DiagnosticRelatedInformation]]:
    """The failures by the task that called, each with its place in its flow's file. For worker threads."""
    index = server.neighbours.index()
    found: dict[str, list[types.DiagnosticRelatedInformation]] = {}
    for failure in called.failures():
        told = found.setdefault(failure.caller, [])
        declared = index.declaring((failure.namespace, failure.flow_id))
        snapshot = index.snapshot(declared[0].document) if declared else None
        if snapshot is None or len(told) >= _MOST:
            continue
        flows = [each for each in snapshot.flows if each.outline.id and each.outline.id.value == failure.flow_id]
        task = flows[0].outline.task(failure.task_id) if flows else None
        if task is None:
            continue
        path = path_of(snapshot.name)
        uri = path.as_uri() if path is not None else snapshot.name
        place = types.Location(uri, server.positions(snapshot).range(task.name_span))
        words = f"{failure.flow_id}.{failure.task_id} failed" + (f": {failure.message}" if failure.message else "")
        told.append(types.DiagnosticRelatedInformation(place, words))
    return found
