"""Service levels of a flow."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from tiercel_schemas.model.base import FlowModel, Template, Text
from tiercel_schemas.model.durations import Duration
from tiercel_schemas.model.labels import Labels


class SlaBase(FlowModel):
    """What both kinds share."""

    id: Text = Field(min_length=1)
    behavior: Literal["FAIL", "CANCEL", "NONE"]
    labels: Labels = ()


class MaxDurationSla(SlaBase):
    """An execution must not last longer."""

    type: Literal["MAX_DURATION"]
    duration: Duration = Field(ge=timedelta(0))


class AssertionSla(SlaBase):
    """An expression must stay true while the execution lives."""

    type: Literal["EXECUTION_ASSERTION"]
    assertion: Template = Field(alias="assert")


Sla = Annotated[MaxDurationSla | AssertionSla, Field(discriminator="type")]
