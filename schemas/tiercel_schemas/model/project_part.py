"""What all parts of the project file have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class ProjectPart(BaseModel):
    """Keys with dashes, none but those declared, never changed once read."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        alias_generator=lambda name: name.replace("_", "-"),
    )
