"""Which suite of a document a place is in."""

from __future__ import annotations

from tiercel_server.analysis.unit_tests import SuiteDocument
from tiercel_server.workspace import DocumentSnapshot


def suite_at(snapshot: DocumentSnapshot, offset: int) -> SuiteDocument | None:
    """The suite that holds an offset."""
    if not snapshot.suites:
        return None
    document = snapshot.source.document_at(offset)
    return next((each for each in snapshot.suites if each.document is document), None)
