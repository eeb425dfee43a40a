"""The flow language as models: what a flow, a task, an input is, once read."""

from __future__ import annotations

from tiercel_schemas.model.flow import Flow
from tiercel_schemas.model.problems import FlowError, ModelProblem
from tiercel_schemas.model.reading import read_flow
from tiercel_schemas.model.task import Task

__all__ = ["Flow", "FlowError", "ModelProblem", "Task", "read_flow"]
