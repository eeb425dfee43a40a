"""Where secrets come from, as `tiercel.yaml` says it. Credentials never stand there: each manager's own environment
variables and files hold them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from tiercel_schemas.model.project_part import ProjectPart

NAME_MARK = "{name}"


def _names_the_secret(command: tuple[str, ...]) -> tuple[str, ...]:
    if not any(NAME_MARK in part for part in command):
        raise ValueError(f"one part of the command has to hold {NAME_MARK}, for the name of the secret")
    return command


class KeyringSettings(ProjectPart):
    """The keyring of the system: the service that the secrets are kept under."""

    service: str = "tiercel"


class VaultSettings(ProjectPart):
    """HashiCorp Vault's KV engine, version 1 or 2.

    `path` is one Vault secret whose fields are the secrets; where it holds `{name}`, each secret is one of its own,
    with its text in `field`.
    """

    url: str | None = None
    mount: str = "secret"
    path: Annotated[str, Field(min_length=1)]
    kv: Literal[1, 2] = 2
    field: str = "value"
    auth: Literal["token", "approle"] = "token"
    approle_mount: str = "approle"
    namespace: str | None = None


class AwsSettings(ProjectPart):
    """AWS Secrets Manager: secrets are looked up as `prefix` + name."""

    region: str | None = None
    prefix: str = ""
    profile: str | None = None
    endpoint: str | None = None


class GcpSettings(ProjectPart):
    """Google Cloud Secret Manager: the newest version of `prefix` + name in a project."""

    project: str
    prefix: str = ""
    endpoint: str = "https://secretmanager.googleapis.com"


class AzureSettings(ProjectPart):
    """Azure Key Vault, by its URL; names are asked for with dashes, since it knows no underscores."""

    vault_url: str
    prefix: str = ""


class OnePasswordSettings(ProjectPart):
    """1Password through its command `op`: the item is the name of the secret."""

    vault: str
    field: str = "password"


class SecretSettings(ProjectPart):
    """Where secrets come from besides `SECRET_*` variables; asked in the order of the fields here."""

    dotenv: str | None = None
    """A file relative to the project."""
    keyring: KeyringSettings | None = None
    vault: VaultSettings | None = None
    aws: AwsSettings | None = None
    gcp: GcpSettings | None = None
    azure: AzureSettings | None = None
    onepassword: OnePasswordSettings | None = None
    command: Annotated[tuple[str, ...] | None, AfterValidator(lambda parts: parts and _names_the_secret(parts))] = None
    """A command and its arguments, run without a shell; what it prints is the secret."""
