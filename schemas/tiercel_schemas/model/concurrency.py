"""How many executions of a flow may run at once."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tiercel_schemas.model.base import FlowModel


class Concurrency(FlowModel):
    """A limit, and what becomes of the execution that would exceed it."""

    limit: int = Field(ge=1)
    behavior: Literal["QUEUE", "CANCEL", "FAIL"] = "QUEUE"
