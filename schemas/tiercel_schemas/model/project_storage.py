"""Where internal storage is, as `tiercel.yaml` says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from tiercel_schemas.model.project_part import ProjectPart

STORAGE_SCHEMES = ("s3", "gs", "abfs", "sftp")


def _known_scheme(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    if not mark or scheme not in STORAGE_SCHEMES or not rest.strip("/"):
        known = ", ".join(f"{name}://…" for name in STORAGE_SCHEMES)
        raise ValueError(f"`{url}` is no place for internal storage; known are {known}")
    if "@" in rest.partition("/")[0] and ":" in rest.partition("@")[0]:
        raise ValueError("a storage URL holds no password: credentials come from the environment")
    return url


class StorageSettings(ProjectPart):
    """Internal storage: `.tiercel/storage` where no `url` is given.

    `options` go to the file system as they are; a text `$NAME` stands for a variable of the environment.
    """

    url: Annotated[str, AfterValidator(_known_scheme)] | None = None
    options: Mapping[str, Any] = Field(default_factory=dict)
