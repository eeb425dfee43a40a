"""Keepers of secrets that `tiercel.yaml` can name: a module each, called as its setting.

Each has `open_backend(settings, folder, environment)`, which gives a `SecretSource` and asks nobody yet: programs are
started and servers are called when a flow reads its first secret. Libraries are imported then, too.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path

from tiercel_engine.secrets.sources import SecretSource
from tiercel_schemas.model.project_secrets import SecretSettings


def open_backends(
    settings: SecretSettings | None, folder: Path, environment: Mapping[str, str]
) -> tuple[SecretSource, ...]:
    """A source for each keeper that is set, in the order of the settings; raises `OSError` for a dotenv file."""
    if settings is None:
        return ()
    opened = []
    for name in type(settings).model_fields:
        own = getattr(settings, name)
        if own is not None:
            module = importlib.import_module(f"{__name__}.{name}")
            opened.append(module.open_backend(own, folder, environment))
    return tuple(opened)
