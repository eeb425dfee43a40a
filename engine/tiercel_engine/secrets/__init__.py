"""Secret sources, and masking of what they gave."""

from tiercel_engine.secrets.errors import SecretBackendError
from tiercel_engine.secrets.masking import MASK, Masker
from tiercel_engine.secrets.project import ProjectSecrets
from tiercel_engine.secrets.sources import (
    EnvironmentSecrets,
    FirstOf,
    PlainSecrets,
    SecretSource,
    dotenv_secrets,
)

__all__ = [
    "MASK",
    "EnvironmentSecrets",
    "FirstOf",
    "Masker",
    "PlainSecrets",
    "ProjectSecrets",
    "SecretBackendError",
    "SecretSource",
    "dotenv_secrets",
]
