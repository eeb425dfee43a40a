"""AWS Secrets Manager, through `boto3`, with credentials as every AWS program finds them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tiercel_engine.secrets.errors import MissingExtraError, SecretBackendError
from tiercel_engine.secrets.names import may_be_asked, spellings_of
from tiercel_schemas.model.project_secrets import AwsSettings

_MISSING = "ResourceNotFoundException"


class AwsSecrets:
    """Secrets by prefix and name; binary ones are read as UTF-8."""

    def __init__(self, settings: AwsSettings) -> None:
        self._settings = settings
        self._client: Any = None

    def get(self, name: str) -> str | None:
        """The secret, None when there is none; raises `SecretBackendError`."""
        if not may_be_asked(name):
            return None
        try:
            import boto3
            from botocore.exceptions import BotoCoreError, ClientError
        except ImportError:
            raise MissingExtraError("AWS Secrets Manager", "aws") from None
        try:
            if self._client is None:
                session = boto3.Session(profile_name=self._settings.profile, region_name=self._settings.region)
                self._client = session.client("secretsmanager", endpoint_url=self._settings.endpoint)
            for spelling in spellings_of(name):
                found = self._read(spelling, ClientError)
                if found is not None:
                    return found
        except ClientError as error:
            told = error.response.get("Error", {})
            raise SecretBackendError(
                f"AWS Secrets Manager refuses: {told.get('Code')}: {told.get('Message')}"
            ) from None
        except BotoCoreError as error:
            raise SecretBackendError(f"AWS Secrets Manager can't be asked: {error}") from None
        return None

    def _read(self, name: str, refused: type[Any]) -> str | None:
        try:
            answer = self._client.get_secret_value(SecretId=self._settings.prefix + name)
        except refused as error:
            if error.response.get("Error", {}).get("Code") == _MISSING:
                return None
            raise
        text = answer.get("SecretString")
        return text if text is not None else bytes(answer["SecretBinary"]).decode("utf-8", "replace")


def open_backend(settings: AwsSettings, folder: Path, environment: Mapping[str, str]) -> AwsSecrets:  # noqa: ARG001
    """The secrets of an account."""
    return AwsSecrets(settings)
