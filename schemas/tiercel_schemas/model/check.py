"""Conditions looked at before an execution is created."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from tiercel_schemas.model.base import FlowModel, Template, Text

CheckBehavior = Literal["BLOCK_EXECUTION", "FAIL_EXECUTION", "CREATE_EXECUTION"]


class Check(FlowModel):
    """What must be true, what to say when it is not, and what follows then."""

    when: Template
    message: Text = Field(min_length=1)
    style: Literal["ERROR", "SUCCESS", "WARNING", "INFO"] = "INFO"
    behavior: CheckBehavior = "BLOCK_EXECUTION"

    @model_validator(mode="before")
    @classmethod
    def _old_name(cls, data: Any) -> Any:
        if isinstance(data, dict) and "condition" in data and "when" not in data:
            return {**data, "when": data["condition"]}
        return data
