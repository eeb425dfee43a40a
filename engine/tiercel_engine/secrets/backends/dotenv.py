"""A dotenv file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tiercel_engine.secrets.sources import SecretSource, dotenv_secrets


def open_backend(name: str, folder: Path, environment: Mapping[str, str]) -> SecretSource:  # noqa: ARG001
    """The secrets of a file, relative to the project; raises `OSError`."""
    return dotenv_secrets(folder / name)
