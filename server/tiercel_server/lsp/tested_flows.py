"""The flows that suites of unit tests are about, from the workspace's index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.unit_tests import SuiteDocument
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def find_tested(server: TiercelServer, namespace: str, flow_id: str) -> FlowAnalysis | bool | None:
    """A flow by its name; False where there is none, None while files are still being read."""
    index = server.neighbours.index()
    for found in index.declaring((namespace, flow_id)):
        snapshot = index.snapshot(found.document)
        flow = _flow_in(snapshot, namespace, flow_id) if snapshot is not None else None
        if flow is not None:
            return flow
    return None if server.neighbours.is_reading or not server.session.roots else False


def tested_by(server: TiercelServer, snapshot: DocumentSnapshot, suite: SuiteDocument) -> FlowAnalysis | None:
    """The flow that a suite of a document tests, where it is known."""
    namespace, flow_id = suite.text_of(suite.root, "namespace"), suite.text_of(suite.root, "flowId")
    own = _flow_in(snapshot, namespace, flow_id)
    if own is not None:
        return own
    found = find_tested(server, namespace, flow_id)
    return found if isinstance(found, FlowAnalysis) else None


def _flow_in(snapshot: DocumentSnapshot, namespace: str, flow_id: str) -> FlowAnalysis | None:
    for flow in snapshot.flows:
        own = flow.outline
        if own.id is None or own.namespace is None:
            continue
        if (own.namespace.value, own.id.value) == (namespace, flow_id):
            return flow
    return None
