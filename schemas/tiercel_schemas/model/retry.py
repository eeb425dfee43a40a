"""Retry policies of tasks and flows."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from tiercel_schemas.model.base import Flag, FlowModel
from tiercel_schemas.model.durations import Duration

RetryBehavior = Literal["RETRY_FAILED_TASK", "CREATE_NEW_EXECUTION"]

_ZERO = timedelta(0)


class RetryBase(FlowModel):
    """What the three kinds of retry share."""

    max_attempts: int | None = Field(default=None, ge=1)
    max_duration: Duration | None = Field(default=None, gt=_ZERO)
    warning_on_retry: Flag = False
    behavior: RetryBehavior = "RETRY_FAILED_TASK"

    @model_validator(mode="before")
    @classmethod
    def _old_names(cls, data: Any) -> Any:
        if isinstance(data, dict) and "maxAttempt" in data and "maxAttempts" not in data:
            return {**data, "maxAttempts": data["maxAttempt"]}
        return data


class ConstantRetry(RetryBase):
    """Always the same delay."""

    type: Literal["constant"]
    interval: Duration = Field(gt=_ZERO)


class ExponentialRetry(RetryBase):
    """Delays that grow by a factor up to a limit."""

    type: Literal["exponential"]
    interval: Duration = Field(gt=_ZERO)
    max_interval: Duration = Field(gt=_ZERO)
    delay_factor: float | None = None


class RandomRetry(RetryBase):
    """Delays drawn between two limits."""

    type: Literal["random"]
    min_interval: Duration = Field(gt=_ZERO)
    max_interval: Duration = Field(gt=_ZERO)

    @model_validator(mode="after")
    def _ordered(self) -> RandomRetry:
        if self.min_interval >= self.max_interval:
            raise ValueError("'minInterval' must be less than 'maxInterval'")
        return self


Retry = Annotated[ConstantRetry | ExponentialRetry | RandomRetry, Field(discriminator="type")]
