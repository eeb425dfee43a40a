"""The internal storage that a project names: a local folder, or a place behind a URL."""

from __future__ import annotations

import contextlib
import re
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tiercel_engine.storage.access import OPEN_ACCESS, StorageAccess
from tiercel_engine.storage.interface import Storage
from tiercel_engine.storage.internal import InternalStorage
from tiercel_engine.storage.layout import StorageError
from tiercel_schemas.model.project_storage import StorageSettings

_VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?")
_KEPT_SECONDS = 7 * 24 * 3600
_EXTRAS = {"s3": "s3", "gs": "gcs", "abfs": "abfs", "sftp": "sftp"}


def open_storage(
    settings: StorageSettings,
    state_folder: Path,
    environment: Mapping[str, str],
    access: StorageAccess = OPEN_ACCESS,
) -> Storage:
    """Internal storage, with what is kept locally below `state_folder`.

    Raises `StorageError` where the library for a URL is not installed, or a server can't be reached.
    """
    if settings.url is None:
        return InternalStorage(state_folder / "storage", access)
    from tiercel_engine.storage.remote import RemoteStorage

    scheme, _, rest = settings.url.partition("://")
    options = {name: _filled(value, environment) for name, value in settings.options.items()}
    try:
        system, root = _sftp(rest, options) if scheme == "sftp" else _object_store(scheme, rest, options)
    except ImportError as error:
        raise StorageError(
            f"Internal storage at {scheme}:// needs another package: pip install 'tiercel[{_EXTRAS[scheme]}]'"
        ) from error
    except StorageError:
        raise
    except Exception as error:
        raise StorageError(f"Internal storage at {settings.url} can't be opened: {error}") from error
    cache = state_folder / "storage-cache"
    _forget_old(cache)
    return RemoteStorage(system, root, cache, access)


def _forget_old(cache: Path) -> None:
    """Remove copies that were made long ago; a run that needs one again fetches it."""
    oldest = time.time() - _KEPT_SECONDS
    for folder in cache.iterdir() if cache.is_dir() else ():
        with contextlib.suppress(OSError):
            if folder.stat().st_mtime < oldest:
                shutil.rmtree(folder)


def _object_store(scheme: str, rest: str, options: Mapping[str, Any]) -> tuple[Any, str]:
    import fsspec

    # A run asks for what it wrote a moment ago: listings kept in memory would hide it.
    return fsspec.filesystem(scheme, use_listings_cache=False, **options), rest.rstrip("/")


def _sftp(rest: str, options: Mapping[str, Any]) -> tuple[Any, str]:
    from tiercel_engine.storage.sftp import open_sftp

    server, _, path = rest.partition("/")
    return open_sftp(server, options), f"/{path.strip('/')}"


def _filled(value: Any, environment: Mapping[str, str]) -> Any:
    """A setting with the variables of the environment that it names; raises `StorageError` for one that is not set."""
    if isinstance(value, Mapping):
        return {key: _filled(inner, environment) for key, inner in value.items()}
    if not isinstance(value, str) or (match := _VARIABLE.fullmatch(value)) is None:
        return value
    if match[1] not in environment:
        raise StorageError(f"Variable {match[1]}, which `storage.options` names, is not set")
    return environment[match[1]]
