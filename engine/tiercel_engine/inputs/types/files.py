"""FILE. What the caller gave has been copied to internal storage before; the value is a URI."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tiercel_engine.inputs.registry import Conversion, input_kind
from tiercel_engine.inputs.types.texts import as_text
from tiercel_schemas.model.inputs import FileInput, InputType


@input_kind(InputType.FILE)
class File:
    """The URI of a stored file."""

    def convert(self, value: Any, conversion: Conversion) -> str:  # noqa: ARG002
        """The URI, with forward slashes."""
        return as_text(value).replace("\\", "/")

    def check(self, declared: FileInput, value: str) -> Iterable[str]:
        """The ending of the name is one of those allowed, in any case."""
        allowed = declared.allowed_file_extensions
        if allowed and not value.lower().endswith(tuple(ending.lower() for ending in allowed)):
            yield f"Invalid file type. Only files with the following extensions are allowed: {', '.join(allowed)}"
