"""A fault in one check costs an author that check alone."""

from __future__ import annotations

from functools import cached_property

import pytest

from tiercel_server.analysis.flow import FlowAnalysis
from tiercel_server.rules import diagnose
from tiercel_server.rules.engine import FAULT_CODE
from tiercel_server.workspace.snapshot import DocumentSnapshot

TEXT = """\
id: a
namespace: b
nonsense: 1
tasks:
  - id: t
    type: io.kestra.plugin.core.log.Log
    message: "{{ inputs.nope }}"
"""


class BrokenAnalysis(FlowAnalysis):
    @cached_property
    def references(self):  # type: ignore[override]
        raise RuntimeError("broken on purpose")


def test_other_findings_stay(caplog: pytest.LogCaptureFixture) -> None:
    whole = {each.code for each in diagnose(DocumentSnapshot("a.yaml", TEXT))}
    assert {"unknown-property", "unknown-input"} <= whole
    snapshot = DocumentSnapshot("a.yaml", TEXT)
    for flow in snapshot.flows:
        flow.__class__ = BrokenAnalysis
    found = {each.code for each in diagnose(snapshot)}
    caplog.clear()
    assert "unknown-property" in found
    assert FAULT_CODE in found
