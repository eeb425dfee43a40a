"""Ids that nothing else follows from."""

from __future__ import annotations

import secrets

from tiercel_engine.core.ids import derived_id


def new_id() -> str:
    """A random id for an execution that a caller starts."""
    return derived_id(secrets.token_hex(16), 0)
