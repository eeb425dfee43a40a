"""Azure Key Vault over its REST interface; `azure-identity` finds the credentials."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tiercel_engine.secrets.backends.rest import fetched
from tiercel_engine.secrets.errors import MissingExtraError, SecretBackendError
from tiercel_engine.secrets.names import may_be_asked
from tiercel_schemas.model.project_secrets import AzureSettings

_SCOPE = "https://vault.azure.net/.default"
_API = "7.4"
_WHAT = "Azure Key Vault"


def default_token() -> str:
    """A token of Azure's default credentials; raises `SecretBackendError`."""
    try:
        from azure.core.exceptions import AzureError
        from azure.identity import DefaultAzureCredential
    except ImportError:
        raise MissingExtraError(_WHAT, "azure") from None
    try:
        return str(DefaultAzureCredential().get_token(_SCOPE).token)
    except AzureError as error:
        raise SecretBackendError(f"{_WHAT} can't be asked: {type(error).__name__}") from None


@dataclass(frozen=True, slots=True)
class AzureSecrets:
    """Secrets of one vault; it takes letters of any case."""

    settings: AzureSettings
    token: Callable[[], str] = default_token

    def get(self, name: str) -> str | None:
        """The secret, None when there is none; raises `SecretBackendError`."""
        if not may_be_asked(name):
            return None
        known = self.settings.prefix + name.replace("_", "-").replace(".", "-")
        url = f"{self.settings.vault_url.rstrip('/')}/secrets/{quote(known)}"
        answer = fetched(_WHAT, url, self.token(), {"api-version": _API})
        return None if answer is None else str(answer["value"])


def open_backend(settings: AzureSettings, folder: Path, environment: Mapping[str, str]) -> AzureSecrets:  # noqa: ARG001
    """The secrets of a key vault."""
    return AzureSecrets(settings)
