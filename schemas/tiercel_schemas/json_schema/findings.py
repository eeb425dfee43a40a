"""Where findings are gathered: one for each mistake, never twice at the same place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.source.nodes import MappingNode, Pair, ScalarNode
from tiercel_schemas.source.spans import Span

LITERAL = "literal-"
"""Prefix of the codes of mistakes in templated properties: Kestra takes such a flow, and fails when it
runs."""


_OF_VALUES = (
    "unknown-property",
    "missing-property",
    "wrong-kind",
    "invalid-enum",
    "invalid-pattern",
    "invalid-length",
    "out-of-range",
    "invalid-duration",
    "invalid-date",
    "invalid-date-time",
    "invalid-time",
    "invalid-timezone",
    "missing-type",
    "unknown-type",
)
_NEVER_LITERAL = frozenset({"invalid-length", "invalid-date", "invalid-timezone"})
CODES = (
    *_OF_VALUES,
    *(f"{LITERAL}{code}" for code in _OF_VALUES if code not in _NEVER_LITERAL),
    "misplaced-type",
    "unknown-plugin",
    "deprecated-property",
    "deprecated-type",
    "renamed-type",
)
"""Every code that validation may give."""


class Findings:
    """Diagnostics by place."""

    def __init__(self) -> None:
        self._found: dict[tuple[Span, str, str], Diagnostic] = {}

    def add(
        self,
        code: str,
        message: str,
        span: Span,
        severity: Severity = Severity.ERROR,
        data: Mapping[str, Any] | None = None,
        *,
        deprecated: bool = False,
    ) -> None:
        """Notes a finding; the same one at the same place is noted once."""
        finding = Diagnostic(code, severity, message, span, deprecated=deprecated, data=data or {})
        self._found.setdefault((span, code, message), finding)

    def sorted(self) -> list[Diagnostic]:
        """All of them, in the order of the text."""
        return sorted(self._found.values(), key=lambda each: (each.span, each.severity, each.code))


def owner_span(node: MappingNode) -> Span:
    """Where to mark what an object lacks: its `id`, its `type`, or its first property."""
    pair = next((found for name in ("id", "type") if (found := node.pair(name)) is not None), None)
    pair = pair or next(iter(node.pairs), None)
    return pair_span(pair) if pair is not None else node.span


def pair_span(pair: Pair) -> Span:
    """A key with its value where that is a short text after it, else the key alone."""
    value = pair.value
    if isinstance(value, ScalarNode) and value.style not in {"literal", "folded"}:
        return pair.span
    return pair.key.span
