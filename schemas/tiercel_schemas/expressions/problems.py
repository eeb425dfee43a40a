"""What a template does wrong, for people and for the engine."""

from __future__ import annotations

from dataclasses import dataclass

from tiercel_schemas.source.spans import Span


@dataclass(frozen=True, slots=True)
class ExpressionProblem:
    """One mistake of syntax: `message` in plain words, and its place in the template's text.

    `engine_message` is what Kestra's own parser says of it (without the template and line that it adds).
    """

    message: str
    span: Span
    engine_message: str
