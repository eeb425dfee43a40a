"""Performs what the core decides: `run_flow(request, on_event)`, and `Engine` for many executions at once."""

from __future__ import annotations

from tiercel_engine.core.replaying import NoSuchTaskError
from tiercel_engine.core.wishes import Breakpoint, Extent, Fixture
from tiercel_engine.runtime.again import (
    NotPossibleError,
    change_task_run,
    kill_flow,
    replay_flow,
    restart_flow,
    restart_flow_async,
    resume_flow,
)
from tiercel_engine.runtime.creation import CheckError
from tiercel_engine.runtime.engine import Engine
from tiercel_engine.runtime.request import DEFAULT_PARALLEL, OnEvent, RunRequest, Surroundings
from tiercel_engine.runtime.requests import NotAtWorkError, RequestRefusedError, UnknownExecutionError, ask
from tiercel_engine.runtime.running import run_flow, run_flow_async
from tiercel_engine.runtime.starting import Replay

__all__ = [
    "DEFAULT_PARALLEL",
    "Breakpoint",
    "CheckError",
    "Engine",
    "Extent",
    "Fixture",
    "NoSuchTaskError",
    "NotAtWorkError",
    "NotPossibleError",
    "OnEvent",
    "Replay",
    "RequestRefusedError",
    "RunRequest",
    "Surroundings",
    "UnknownExecutionError",
    "ask",
    "change_task_run",
    "kill_flow",
    "replay_flow",
    "restart_flow",
    "restart_flow_async",
    "resume_flow",
    "run_flow",
    "run_flow_async",
]
