"""Archives packed and unpacked."""

from __future__ import annotations

import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.plugins.compress.streams import Bound, compressed
from tiercel_engine.tasks.plugins.record_files import in_thread, source_file, store_made
from tiercel_engine.tasks.properties import as_text, mapping, required_text, text
from tiercel_engine.tasks.working_files import local_file, store_file

_PLACE = "io.kestra.plugin.compress."
_ZIPS = frozenset({"ZIP", "JAR"})
MOST_ENTRIES = 100_000
"""Entries that an archive may have."""


@task_type(_PLACE + "ArchiveCompress")
class ArchiveCompress:
    """Packs files under names into an archive."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `uri`; raises `TaskFailure` for a kind of archive that is not known here."""
        kind = await _kind(context)
        files = {name: local_file(context, as_text(uri)) for name, uri in (await mapping(context, "from")).items()}
        compression = await text(context, "compression")

        def make(target: Path) -> None:
            with _stream(target, "wb", compression) as sink:
                _pack(sink, kind, files)

        uri, _ = await store_made(context, ".tmp", make)
        return TaskResult({"uri": uri})


@task_type(_PLACE + "ArchiveDecompress")
class ArchiveDecompress:
    """Unpacks the files of an archive, within a bound."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `files`, URIs by name; raises `TaskFailure` for names that lead outside, or too much content."""
        kind, source = await _kind(context), await source_file(context)
        compression = await text(context, "compression")
        with tempfile.TemporaryDirectory(prefix="tiercel-") as folder:
            made = Path(folder)

            def unpack() -> dict[str, Path]:
                bound = Bound(source.stat().st_size)
                with _stream(source, "rb", compression) as stream:
                    entries = _zipped(source) if kind in _ZIPS and compression is None else _entries(stream, kind, made)
                    return dict(_unpacked(entries, made, bound))

            files = await in_thread(unpack)
            stored, size = {}, 0
            for name, file in files.items():
                size += file.stat().st_size
                stored[name] = await store_file(context, file, _name_of(name))
        context.metric("counter", "size", float(size))
        context.metric("counter", "count", float(len(stored)))
        return TaskResult({"files": stored})


async def _kind(context: TaskContext) -> str:
    kind = (await required_text(context, "algorithm")).upper()
    if kind not in {*_ZIPS, "TAR"}:
        raise TaskFailure(f"Archives of kind {kind} are not read or written on this machine; JAR, TAR and ZIP are")
    return kind


@contextmanager
def _stream(file: Path, mode: str, compression: str | None) -> Iterator[Any]:
    if compression is not None:
        with compressed(file, mode, compression.upper()) as stream:
            yield stream
    else:
        with file.open(mode) as raw:
            yield raw


def _pack(sink: IO[bytes], kind: str, files: Mapping[str, Path]) -> None:
    if kind in _ZIPS:
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as zipped:
            for name, file in files.items():
                zipped.write(file, name)
        return
    with tarfile.open(fileobj=sink, mode="w|") as packed:
        for name, file in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = file.stat().st_size, int(file.stat().st_mtime)
            with file.open("rb") as content:
                packed.addfile(entry, content)


Entry = tuple[str, Callable[[], IO[bytes]]]


def _entries(stream: Any, kind: str, folder: Path) -> Iterator[Entry]:
    if kind in _ZIPS:
        # A zip file is read from its end, so a compressed one is unpacked first.
        whole = folder / ".archive"
        with whole.open("wb") as sink:
            Bound(1).copy(stream, sink)
        yield from _zipped(whole)
        whole.unlink()
        return
    try:
        with tarfile.open(fileobj=stream, mode="r|") as packed:
            for entry in packed:
                if entry.isfile():
                    content = packed.extractfile(entry)
                    assert content is not None
                    yield entry.name, lambda content=content: content  # type: ignore[misc]
    except tarfile.TarError as error:
        raise TaskFailure(f"The file is no TAR archive: {error}") from error


def _zipped(file: Path) -> Iterator[Entry]:
    try:
        with zipfile.ZipFile(file) as zipped:
            for entry in zipped.infolist():
                if not entry.is_dir():
                    yield entry.filename, lambda entry=entry: zipped.open(entry)  # type: ignore[misc]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise TaskFailure(f"The file is no ZIP archive that can be read: {error}") from error


def _unpacked(entries: Iterator[Entry], folder: Path, bound: Bound) -> Iterator[tuple[str, Path]]:
    for number, (name, opened) in enumerate(entries):
        if number >= MOST_ENTRIES:
            raise TaskFailure(f"The archive has more than {MOST_ENTRIES} entries")
        if name.startswith("/") or ".." in PurePosixPath(name.replace("\\", "/")).parts:
            raise TaskFailure(f"Path traversal attempt detected in archive entry: {name}")
        target = folder / str(number)
        with opened() as content, target.open("wb") as sink:
            bound.copy(content, sink)
        yield name, target


def _name_of(name: str) -> str:
    return PurePosixPath(name.replace(" ", "_")).name
