"""HashiCorp Vault's KV engine, version 1 or 2, through `hvac`.

The address and the credentials come from VAULT_ADDR, VAULT_TOKEN (or ~/.vault-token), VAULT_ROLE_ID and
VAULT_SECRET_ID; VAULT_CACERT names the authority to trust.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tiercel_engine.secrets.errors import MissingExtraError, SecretBackendError
from tiercel_engine.secrets.names import may_be_asked, spellings_of
from tiercel_schemas.model.project_secrets import NAME_MARK, VaultSettings

_SECONDS = 30


class VaultSecrets:
    """Fields of one Vault secret, or a Vault secret each where the path holds `{name}`."""

    def __init__(self, settings: VaultSettings, environment: Mapping[str, str]) -> None:
        self._settings = settings
        self._environment = environment
        self._client: Any = None
        self._fields: dict[str, Mapping[str, Any]] = {}

    def get(self, name: str) -> str | None:
        """The secret, None when Vault has none; raises `SecretBackendError`."""
        if not may_be_asked(name):
            return None
        path = self._settings.path
        if NAME_MARK not in path:
            fields = {key.upper(): value for key, value in self._read(path).items()}
            return _text(fields.get(name.upper()))
        for spelling in spellings_of(name):
            fields = dict(self._read(path.replace(NAME_MARK, spelling)))
            if self._settings.field in fields:
                return _text(fields[self._settings.field])
        return None

    def _read(self, path: str) -> Mapping[str, Any]:
        if path not in self._fields:
            self._fields[path] = self._asked(path)
        return self._fields[path]

    def _asked(self, path: str) -> Mapping[str, Any]:
        try:
            import hvac.exceptions
            import requests
        except ImportError:
            raise MissingExtraError("HashiCorp Vault", "vault") from None
        try:
            if self._client is None:
                self._client = self._signed_in()
            kv = self._client.secrets.kv
            if self._settings.kv == 1:
                answer = kv.v1.read_secret(path, mount_point=self._settings.mount)["data"]
            else:
                answer = kv.v2.read_secret_version(
                    path, mount_point=self._settings.mount, raise_on_deleted_version=True
                )["data"]["data"]
        except hvac.exceptions.InvalidPath:
            return {}
        except (hvac.exceptions.VaultError, requests.RequestException) as error:
            # The texts of these may hold headers and bodies; their kind says enough.
            address = self._address()
            raise SecretBackendError(
                f"Vault at {address} can't be asked: {type(error).__name__}{_why(error)}"
            ) from None
        return answer if isinstance(answer, Mapping) else {}

    def _signed_in(self) -> Any:
        import hvac

        client = hvac.Client(
            url=self._address(),
            token=self._environment.get("VAULT_TOKEN"),
            namespace=self._settings.namespace or self._environment.get("VAULT_NAMESPACE"),
            verify=self._environment.get("VAULT_CACERT") or True,
            timeout=_SECONDS,
        )
        if self._settings.auth == "approle":
            role, secret = (self._environment.get(name) for name in ("VAULT_ROLE_ID", "VAULT_SECRET_ID"))
            if not role:
                raise SecretBackendError("VAULT_ROLE_ID and VAULT_SECRET_ID are not set, so Vault can't be asked")
            client.auth.approle.login(role, secret, mount_point=self._settings.approle_mount)
        elif not client.token:
            raise SecretBackendError("VAULT_TOKEN is not set, so Vault can't be asked")
        return client

    def _address(self) -> str:
        return self._settings.url or self._environment.get("VAULT_ADDR") or "http://127.0.0.1:8200"


def _why(error: Exception) -> str:
    told = [str(each) for each in getattr(error, "errors", None) or ()]
    return f" ({'; '.join(told)})" if told else ""


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    import json

    return json.dumps(value, ensure_ascii=False)


def open_backend(settings: VaultSettings, folder: Path, environment: Mapping[str, str]) -> VaultSecrets:  # noqa: ARG001
    """The secrets of a path in Vault."""
    return VaultSecrets(settings, environment)
