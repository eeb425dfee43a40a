"""The cache of a WorkingDirectory: files that a later run finds in its directory again."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio.to_thread

from tiercel_engine.storage.globs import matches_any
from tiercel_engine.storage.layout import namespace_path, slug, uri_of
from tiercel_engine.tasks.api import TaskContext, TaskFailure
from tiercel_schemas.model.durations import parse_duration

MOST_FILES = 100_000


@dataclass(frozen=True, slots=True)
class FolderCache:
    """Where the files of a WorkingDirectory are kept between runs, which ones, and for how long."""

    context: TaskContext
    place: str
    patterns: Sequence[str]
    ttl: timedelta | None

    async def restore(self, directory: Path) -> bool:
        """Put the kept files in a directory; False when there are none, or only ones that are too old."""
        found = await anyio.to_thread.run_sync(self._restore, directory)
        told = "Cache exists, its files are in the directory" if found else "No cache to start from"
        self.context.log("DEBUG", told)
        return found

    async def keep(self, directory: Path) -> None:
        """Keep what the patterns match for later runs."""
        count = await anyio.to_thread.run_sync(self._keep, directory)
        self.context.log("DEBUG", f"Kept {count} files for later runs")

    def _restore(self, directory: Path) -> bool:
        try:
            content = self.context.storage.read_bytes(uri_of(self.place))
        except OSError:
            return False
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            kept = datetime.fromisoformat(archive.comment.decode())
            if self.ttl is not None and datetime.now(UTC) - kept > self.ttl:
                return False
            for name in archive.namelist():
                target = (directory / name).resolve()
                if not target.is_relative_to(directory.resolve()):
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(name) as source, target.open("wb") as sink:
                    shutil.copyfileobj(source, sink)
                target.chmod(archive.getinfo(name).external_attr >> 16 or 0o644)
        return True

    def _keep(self, directory: Path) -> int:
        count = 0
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.comment = datetime.now(UTC).isoformat().encode()
            for folder, _, names in os.walk(directory):
                for name in sorted(names):
                    path = Path(folder, name)
                    relative = path.relative_to(directory).as_posix()
                    if path.is_symlink() or not path.is_file() or not matches_any(relative, self.patterns):
                        continue
                    count += 1
                    if count > MOST_FILES:
                        raise TaskFailure(f"The patterns of the cache match more than {MOST_FILES} files")
                    archive.write(path, relative)
        self.context.storage.put(self.place, sink.getvalue())
        return count


def folder_cache(context: TaskContext, value: str | None) -> FolderCache | None:
    """The cache that a WorkingDirectory asks for, one for each value of a 1.3 loop; raises `TaskFailure`."""
    wanted = context.properties.get("cache")
    if not isinstance(wanted, Mapping):
        return None
    try:
        ttl = parse_duration(str(wanted["ttl"])) if wanted.get("ttl") is not None else None
    except ValueError as error:
        raise TaskFailure(str(error)) from error
    folder = f"{namespace_path(context.namespace)}/{slug(context.flow_id)}/{slug(context.task.id)}/cache"
    if value is not None:
        folder += f"/{hashlib.sha256(value.encode()).hexdigest()}"
    patterns: Any = wanted.get("patterns") or ()
    return FolderCache(context, f"{folder}/cache.zip", [str(pattern) for pattern in patterns], ttl)
