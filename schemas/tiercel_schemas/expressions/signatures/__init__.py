"""Signatures of everything that an expression can name besides its variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from tiercel_schemas.expressions.signatures.filters_data import (
    COLLECTION_FILTERS,
    DOCUMENT_FILTERS,
    TIME_FILTERS,
)
from tiercel_schemas.expressions.signatures.filters_text import CODE_FILTERS, NUMBER_FILTERS, TEXT_FILTERS
from tiercel_schemas.expressions.signatures.functions_data import (
    DATA_FUNCTIONS,
    FILE_FUNCTIONS,
    RANDOM_FUNCTIONS,
    RUN_FUNCTIONS,
    SERVICE_FUNCTIONS,
)
from tiercel_schemas.expressions.signatures.functions_time import TIME_FUNCTIONS
from tiercel_schemas.expressions.signatures.model import Parameter, Signature, SignatureKind
from tiercel_schemas.expressions.signatures.syntax import OPERATORS, TAGS, TESTS
from tiercel_schemas.versions import DEFAULT_VERSION, KestraVersion

__all__ = ["Parameter", "Signature", "SignatureKind", "Signatures", "all_signatures", "signatures"]

_ALL = (
    *DATA_FUNCTIONS,
    *FILE_FUNCTIONS,
    *SERVICE_FUNCTIONS,
    *RUN_FUNCTIONS,
    *RANDOM_FUNCTIONS,
    *TIME_FUNCTIONS,
    *TEXT_FILTERS,
    *NUMBER_FILTERS,
    *CODE_FILTERS,
    *COLLECTION_FILTERS,
    *DOCUMENT_FILTERS,
    *TIME_FILTERS,
    *TESTS,
    *TAGS,
    *OPERATORS,
)


@dataclass(frozen=True, slots=True)
class Signatures:
    """What one version knows, each by name."""

    functions: Mapping[str, Signature]
    filters: Mapping[str, Signature]
    tests: Mapping[str, Signature]
    tags: Mapping[str, Signature]
    operators: Mapping[str, Signature]


@cache
def signatures(version: KestraVersion = DEFAULT_VERSION) -> Signatures:
    """The signatures of a version."""
    kinds = SignatureKind
    return Signatures(
        functions=_by_name(kinds.FUNCTION, version),
        filters=_by_name(kinds.FILTER, version),
        tests=_by_name(kinds.TEST, version),
        tags=_by_name(kinds.TAG, version),
        operators=_by_name(kinds.OPERATOR, version),
    )


def all_signatures(kind: SignatureKind) -> tuple[Signature, ...]:
    """The signatures of every version; a name whose parameters changed stands there once per form."""
    return tuple(signature for signature in _ALL if signature.kind is kind)


def _by_name(kind: SignatureKind, version: KestraVersion) -> Mapping[str, Signature]:
    known = (signature for signature in _ALL if signature.kind is kind and signature.known_in(version))
    return MappingProxyType({signature.name: signature for signature in known})
