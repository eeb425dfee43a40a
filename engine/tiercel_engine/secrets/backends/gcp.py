"""Google Cloud Secret Manager over its REST interface; `google-auth` finds the credentials."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tiercel_engine.secrets.backends.rest import fetched
from tiercel_engine.secrets.errors import MissingExtraError, SecretBackendError
from tiercel_engine.secrets.names import may_be_asked, spellings_of
from tiercel_schemas.model.project_secrets import GcpSettings

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_WHAT = "Google Cloud Secret Manager"


def application_token() -> str:
    """A token of the application's default credentials; raises `SecretBackendError`."""
    try:
        import google.auth
        from google.auth.exceptions import GoogleAuthError
        from google.auth.transport.requests import Request
    except ImportError:
        raise MissingExtraError(_WHAT, "gcp") from None
    try:
        found: Any = google.auth.default(scopes=[_SCOPE])
        credentials = found[0]
        credentials.refresh(Request())
    except GoogleAuthError as error:
        raise SecretBackendError(f"{_WHAT} can't be asked: {type(error).__name__}: {error}") from None
    return str(credentials.token)


@dataclass(frozen=True, slots=True)
class GcpSecrets:
    """The newest versions of a project's secrets."""

    settings: GcpSettings
    token: Callable[[], str] = application_token

    def get(self, name: str) -> str | None:
        """The secret, None when there is none; raises `SecretBackendError`."""
        if not may_be_asked(name):
            return None
        token = self.token()
        for spelling in spellings_of(name):
            path = f"projects/{quote(self.settings.project)}/secrets/{quote(self.settings.prefix + spelling)}"
            answer = fetched(_WHAT, f"{self.settings.endpoint}/v1/{path}/versions/latest:access", token)
            if answer is not None:
                return base64.b64decode(answer["payload"]["data"]).decode("utf-8", "replace")
        return None


def open_backend(settings: GcpSettings, folder: Path, environment: Mapping[str, str]) -> GcpSecrets:  # noqa: ARG001
    """The secrets of a project in the cloud."""
    return GcpSecrets(settings)
