"""Durations as properties of the model: ISO-8601 text, or a number of seconds."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

from tiercel_schemas.durations import format_duration, parse_duration

__all__ = ["Duration", "format_duration", "parse_duration"]


def _read(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a duration such as PT10S is needed")  # noqa: TRY004  (pydantic wants it)
    if isinstance(value, int | float):
        return timedelta(seconds=value)
    return parse_duration(value) if isinstance(value, str) else value


Duration = Annotated[timedelta, BeforeValidator(_read)]
"""A literal duration; a bare number counts seconds."""
