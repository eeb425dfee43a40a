"""A finding about a text, as every layer passes it on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from tiercel_schemas.source.spans import Span


class Severity(IntEnum):
    """How much a finding matters; a smaller number is worse, as in the language server protocol."""

    ERROR = 1
    WARNING = 2
    INFORMATION = 3
    HINT = 4

    @property
    def label(self) -> str:
        """The word that reports print: `error`, `warning`, `information` or `hint`."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class RelatedLocation:
    """Another place in the same text that explains a finding."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: where, how bad, which rule (`code`), in plain words.

    `data` carries what a fix or an editor needs to act on the finding (JSON values only).
    """

    code: str
    severity: Severity
    message: str
    span: Span
    related: tuple[RelatedLocation, ...] = ()
    deprecated: bool = False
    unnecessary: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)
