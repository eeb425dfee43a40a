"""Which executions start a flow that listens, case by case: `hearing.yaml`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.engine.core.simulation import expand_flow
from tiercel_engine.core.beginning import new_execution
from tiercel_engine.core.events import ExecutionCreated
from tiercel_engine.core.records import Execution, StateChange
from tiercel_engine.core.states import State
from tiercel_engine.expressions import Renderer
from tiercel_engine.expressions.memory_services import MemoryServices
from tiercel_engine.runtime.creation import nested_labels
from tiercel_engine.triggers.flow import Firing, Listening, Upstream
from tiercel_schemas.versions import KestraVersion

CASES = yaml.safe_load((Path(__file__).parent / "hearing.yaml").read_text("utf-8"))
DAWN = datetime(2026, 1, 1, tzinfo=UTC)


def upstream_of(written: dict[str, Any], version: KestraVersion, warnings: list[str]) -> Upstream:
    flow = expand_flow({"id": written["flow"], "tasks": ["t"]}, version)
    labels = tuple((written.get("labels") or {}).items())
    execution: Execution = new_execution(ExecutionCreated(DAWN, "e", flow, labels=labels))
    state = State(written.get("state", "SUCCESS"))
    execution = replace(
        execution, history=(*execution.history, StateChange(state, DAWN)), outputs=written.get("outputs", {})
    )
    context = {"labels": nested_labels(labels), "execution": {"state": state.value}}
    return Upstream(execution, context, Renderer(version, MemoryServices()).render, warnings.append)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["case"]) for case in CASES])
def test_what_fires(case: dict[str, Any]) -> None:
    version = KestraVersion(case.get("version", "2.0"))
    trigger = {"id": "t", "type": "io.kestra.plugin.core.trigger.Flow", **case["trigger"]}
    listener = expand_flow({"id": "listener", "tasks": ["t"], "triggers": [trigger]}, version)
    listening, warnings = Listening(), list[str]()
    fired: list[int] = []
    firings: list[Firing] = []
    for place, written in enumerate(case["executions"]):
        now = DAWN + timedelta(hours=written.get("at", 0), seconds=place)
        heard = list(listening.hear([listener], upstream_of(written, version, warnings), now))
        firings += heard
        fired += [place] * len(heard)
    assert fired == case["fires"]
    assert len(warnings) == case.get("warns", 0)
    if "seen" in case:
        assert firings[-1].variables["outputs"] == case["seen"]
