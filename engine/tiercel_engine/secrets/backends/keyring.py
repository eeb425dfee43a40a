"""The keyring of the system, through the package `keyring`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tiercel_engine.secrets.errors import MissingExtraError, SecretBackendError
from tiercel_engine.secrets.names import spellings_of
from tiercel_schemas.model.project_secrets import KeyringSettings


@dataclass(frozen=True, slots=True)
class KeyringSecrets:
    """Passwords of one service; the user name is the name of the secret."""

    service: str

    def get(self, name: str) -> str | None:
        """The secret, None when there is none."""
        try:
            import keyring
            from keyring.errors import KeyringError
        except ImportError:
            raise MissingExtraError("The system keyring", "keyring") from None
        try:
            found = (keyring.get_password(self.service, spelling) for spelling in spellings_of(name))
            return next((secret for secret in found if secret is not None), None)
        except KeyringError as error:
            raise SecretBackendError(f"The system keyring can't be read: {type(error).__name__}: {error}") from None


def open_backend(settings: KeyringSettings, folder: Path, environment: Mapping[str, str]) -> KeyringSecrets:  # noqa: ARG001
    """The secrets of a service."""
    return KeyringSecrets(settings.service)
