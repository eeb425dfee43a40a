from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.engine.core.simulation import expand_flow
from tiercel_engine.core.records import Execution
from tiercel_engine.runtime import RunRequest, Surroundings, run_flow
from tiercel_engine.tasks.services import local_services
from tiercel_schemas.model import Flow
from tiercel_schemas.model.project import Project
from tiercel_schemas.versions import KestraVersion

Run = Callable[..., tuple[Execution, list[Mapping[str, Any]]]]


@pytest.fixture
def surroundings(tmp_path: Path) -> Callable[..., Surroundings]:
    def make(*flows: Flow, **fields: Any) -> Surroundings:
        known = {(flow.namespace, flow.id): flow for flow in flows}
        services = local_services(tmp_path / ".tiercel", Project(), tmp_path, {"SECRET_TOKEN": "aHVzaC1odXNo"})
        return Surroundings(services, find_flow=lambda namespace, name: known.get((namespace, name)), **fields)

    return make


@pytest.fixture
def run(surroundings: Callable[..., Surroundings]) -> Run:
    """Runs a flow written as in the matrices; gives the execution and the lines of the event stream."""

    def start(
        written: Mapping[str, Any], *others: Mapping[str, Any], version: str = "2.0", **fields: Any
    ) -> tuple[Execution, list[Mapping[str, Any]]]:
        flows = [expand_flow(each, KestraVersion(version)) for each in (written, *others)]
        around = {key: fields.pop(key) for key in ("history", "globals", "max_parallel") if key in fields}
        lines: list[Mapping[str, Any]] = []
        request = RunRequest(flows[0], surroundings(*flows, **around), **fields)
        return run_flow(request, lines.append), lines

    return start
