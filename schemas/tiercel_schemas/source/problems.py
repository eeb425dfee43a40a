"""What can be wrong with a text as YAML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tiercel_schemas.source.spans import Span

SourceProblemCode = Literal["yaml-syntax", "duplicate-key", "unknown-anchor", "nested-too-deeply"]


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """A fault of the text, in plain words; `related` is the earlier place it clashes with."""

    code: SourceProblemCode
    message: str
    span: Span
    related: Span | None = None
