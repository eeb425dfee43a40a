"""Runs a flow in a process that a test kills: `python -m tests.engine.runtime.killed_run FOLDER`; a line an event."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.engine.core.simulation import expand_flow
from tiercel_engine.runtime import RunRequest, Surroundings, run_flow
from tiercel_engine.store import History
from tiercel_engine.tasks.services import local_services
from tiercel_schemas.model import Flow
from tiercel_schemas.model.project import Project
from tiercel_schemas.versions import KestraVersion


def flow_in(folder: Path) -> Flow:
    """The flow that a folder's `flow.json` holds."""
    return expand_flow(json.loads((folder / "flow.json").read_text("utf-8")), KestraVersion.V2_0)


def around(folder: Path) -> Surroundings:
    """What a run in this folder is given, its history with it."""
    services = local_services(folder / "state", Project(), folder, {})
    return Surroundings(services, history=History(folder / "executions.db"))


def _tell(line: Any) -> None:
    sys.stdout.write(f"{line['event']}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    place = Path(sys.argv[1])
    run_flow(RunRequest(flow_in(place), around(place)), _tell)
