"""1Password, through its command `op`, which must be signed in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tiercel_engine.secrets.backends.command import CommandSecrets
from tiercel_schemas.model.project_secrets import NAME_MARK, OnePasswordSettings


def open_backend(settings: OnePasswordSettings, folder: Path, environment: Mapping[str, str]) -> CommandSecrets:
    """Items of a vault: `op read op://VAULT/NAME/FIELD`."""
    reference = f"op://{settings.vault}/{NAME_MARK}/{settings.field}"
    # Every failure of `op` is exit code 1; only its words tell a missing item from a missing session.
    return CommandSecrets(
        ("op", "read", "--no-newline", reference), folder, environment, absence=("isn't an item", "could not find")
    )
