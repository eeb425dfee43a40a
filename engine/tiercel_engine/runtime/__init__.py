"""Performs what the core decides: `run_flow(request, on_event)`, and `Engine` for many executions at once."""

from __future__ import annotations

from tiercel_engine.runtime.creation import CheckError
from tiercel_engine.runtime.engine import Engine, UnknownExecutionError
from tiercel_engine.runtime.request import DEFAULT_PARALLEL, OnEvent, RunRequest, Surroundings
from tiercel_engine.runtime.running import restart_flow, restart_flow_async, run_flow, run_flow_async

__all__ = [
    "DEFAULT_PARALLEL",
    "CheckError",
    "Engine",
    "OnEvent",
    "RunRequest",
    "Surroundings",
    "UnknownExecutionError",
    "restart_flow",
    "restart_flow_async",
    "run_flow",
    "run_flow_async",
]
