"""Files of this machine."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tiercel_engine.expressions.errors import JavaError
from tiercel_engine.expressions.java.regex import matches_whole
from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.core.storage.files import temporary_name
from tiercel_engine.tasks.plugins.record_files import in_thread
from tiercel_engine.tasks.properties import as_text, flag, items, required_text, text, whole
from tiercel_engine.tasks.working_files import local_file, store_file

_PLACE = "io.kestra.plugin.fs.local."
_MOST_FILES = 25
_DIGESTS = {"MD5": "md5", "SHA_1": "sha1", "SHA_256": "sha256", "SHA_512": "sha512"}
_SORTS: Mapping[str, tuple[Callable[[dict[str, Any]], Any], bool]] = {
    "LAST_MODIFIED_ASC": (lambda file: file["modifiedDate"], False),
    "LAST_MODIFIED_DESC": (lambda file: file["modifiedDate"], True),
    "NAME_ASC": (lambda file: file["name"], False),
    "NAME_DESC": (lambda file: file["name"], True),
}


async def _path(context: TaskContext, name: str) -> Path:
    return Path((await required_text(context, name)).removeprefix("file://"))


async def _work(doing: Callable[[], Any]) -> Any:
    try:
        return await in_thread(doing)
    except OSError as error:
        raise TaskFailure(f"{error.strerror or error}: {error.filename or ''}".rstrip(": ")) from error


def _existing(path: Path) -> Path:
    if not path.exists():
        raise TaskFailure(f"Source path does not exist: {path}")
    return path


@task_type(_PLACE + "List")
class List:
    """Lists the files of a folder."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `files` and `count`; raises `TaskFailure` for a folder that there isn't."""
        files = await _listed(context)
        return TaskResult({"files": files, "count": len(files)})


async def _listed(context: TaskContext) -> list[dict[str, Any]]:
    folder, matches = await _path(context, "from"), await _matcher(context)
    recursive = await flag(context, "recursive", default=False)
    found: list[dict[str, Any]] = await _work(
        lambda: [_described(file) for file in _files(_existing(folder), recursive=recursive) if matches(str(file))]
    )
    sort = (await text(context, "sort", "NONE") or "NONE").upper()
    if sort in _SORTS:
        key, backwards = _SORTS[sort]
        found.sort(key=key, reverse=backwards)
    most = await whole(context, "maxFiles")
    most = _MOST_FILES if most is None else most
    if len(found) > most:
        context.log("WARN", f"Too many files to process ({len(found)}), limiting to {most}")
    return found[:most]


async def _matcher(context: TaskContext) -> Callable[[str], bool]:
    pattern = await text(context, "regExp")
    if pattern is None:
        return lambda _: True
    try:
        matches_whole(pattern, "")
    except JavaError as error:
        raise TaskFailure(f"Invalid regExp '{pattern}': {error}") from error
    return lambda name: matches_whole(pattern, name)


def _files(folder: Path, *, recursive: bool) -> Iterator[Path]:
    if not recursive:
        yield from sorted(file for file in folder.iterdir() if file.is_file())
        return
    for parent, folders, names in os.walk(folder):
        folders.sort()
        yield from (file for name in sorted(names) if (file := Path(parent, name)).is_file())


def _described(file: Path) -> dict[str, Any]:
    about = file.stat()
    return {
        "name": file.name,
        "parent": str(file.parent),
        "localPath": str(file),
        "uri": file.resolve().as_uri(),
        "size": about.st_size,
        "isDirectory": file.is_dir(),
        "createdDate": _instant(about.st_ctime),
        "modifiedDate": _instant(about.st_mtime),
        "accessedDate": _instant(about.st_atime),
    }


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


@task_type(_PLACE + "Download")
class Download:
    """Takes a file into storage."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri`, `size`, `checksum`; raises `TaskFailure` for a file that is not there or was changed."""
        source = await _path(context, "from")
        algorithm = (await text(context, "checksumAlgorithm", "SHA_256") or "SHA_256").upper()
        if algorithm not in _DIGESTS:
            raise TaskFailure(f"Unknown checksum {algorithm}")
        checksum: str = await _work(lambda: _digest(source, _DIGESTS[algorithm]))
        expected = await text(context, "checksumExpected")
        if await flag(context, "validateChecksum", default=False) and checksum.lower() != (expected or "").lower():
            raise TaskFailure(f"Checksum mismatch: expected '{expected}', got '{checksum}'")
        uri = await store_file(context, source, temporary_name(source.suffix or ".tmp"))
        return TaskResult({"uri": uri, "size": _size(source), "checksum": checksum})


def _size(file: Path) -> int:
    return file.stat().st_size


def _digest(file: Path, algorithm: str) -> str:
    if not file.is_file():
        raise TaskFailure(f"Source file '{file}' does not exist")
    with file.open("rb") as content:
        return hashlib.file_digest(content, algorithm).hexdigest()


@task_type(_PLACE + "Downloads")
class Downloads:
    """Takes the files of a folder into storage, and moves or deletes them where they were."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `files` and `outputFiles`, URIs by path; raises `TaskFailure`."""
        files = await _listed(context)
        stored = {}
        for file in files:
            path = Path(file["localPath"])
            file["uri"] = stored[str(path)] = await store_file(context, path, temporary_name(path.suffix or ".tmp"))
        action = (await text(context, "action", "NONE") or "NONE").upper()
        paths = [Path(file["localPath"]) for file in files]
        if action == "DELETE":
            await _work(lambda: _each(paths, Path.unlink))
        elif action == "MOVE":
            folder = await _path(context, "moveDirectory")
            await _work(lambda: _each(paths, lambda path: _move(path, folder / path.name)))
        return TaskResult({"files": files, "outputFiles": stored})


def _each(paths: Iterable[Path], doing: Callable[[Path], None]) -> None:
    for path in paths:
        doing(path)


@task_type(_PLACE + "Upload")
class Upload:
    """Puts a stored file into a folder of this machine."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri` and `size`; raises `TaskFailure` where a file is there and may not be overwritten."""
        uri = await required_text(context, "from")
        if not uri.startswith("kestra://"):
            raise TaskFailure("'from' must be a Kestra's internal storage URI")
        to = await text(context, "to")
        name = uri.rpartition("/")[2]
        target = Path(to.removeprefix("file://")) if to is not None else await context.working_directory() / name
        overwrites = await flag(context, "overwrite", default=True)
        put = await _work(lambda: _put(local_file(context, uri), target, name, overwrites=overwrites))
        context.log("INFO", f"Copying {uri} to {put}")
        return TaskResult({"uri": put.resolve().as_uri(), "size": _size(put)})


def _put(source: Path, target: Path, name: str, *, overwrites: bool) -> Path:
    target = target / name if target.is_dir() else target
    if target.exists() and not overwrites:
        raise TaskFailure(f"Target file already exists: {target}. Set 'overwrite: true' to replace the existing file.")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return target


@task_type(_PLACE + "Uploads")
class Uploads:
    """Puts stored files into a folder of this machine."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `files`; raises `TaskFailure`."""
        written = context.properties.get("from")
        if isinstance(written, str):
            written = await items(context, "from")
        rendered = await context.render_value(written)
        named = (
            rendered if isinstance(rendered, Mapping) else {as_text(uri).rpartition("/")[2]: uri for uri in rendered}
        )
        matches, most = await _matcher(context), await whole(context, "maxFiles") or _MOST_FILES
        chosen = [(name, as_text(uri)) for name, uri in named.items() if matches(str(name))]
        if len(chosen) > most:
            context.log("WARN", f"Too many files to process ({len(chosen)}), limiting to {most}")
        folder, overwrites = await _path(context, "to"), await flag(context, "overwrite", default=True)
        put = []
        for name, uri in chosen[:most]:
            source = local_file(context, uri)
            target = (folder / str(name)).resolve()
            if not target.is_relative_to(folder.resolve()):
                raise TaskFailure(f"Path '{name}' leaves the folder that it is meant for")
            made = await _work(lambda s=source, t=target, n=name: _put(s, t, str(n), overwrites=overwrites))  # type: ignore[misc]
            put.append(made.as_uri())
        return TaskResult({"files": put})


@task_type(_PLACE + "Copy")
class Copy:
    """Copies a file or a folder."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs; raises `TaskFailure` where a file is there and may not be overwritten."""
        await _moved_or_copied(context, _copy, "Copied")
        return TaskResult()


@task_type(_PLACE + "Move")
class Move:
    """Moves a file or a folder."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs; raises `TaskFailure` where a file is there and may not be overwritten."""
        await _moved_or_copied(context, _move, "Moved")
        return TaskResult()


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(source, target)


async def _moved_or_copied(context: TaskContext, doing: Callable[[Path, Path], None], done: str) -> None:
    source, written = await _path(context, "from"), await required_text(context, "to")
    target = Path(written.removeprefix("file://"))
    overwrites = await flag(context, "overwrite", default=False)

    def work() -> None:
        if not _existing(source).is_dir():
            inside = target.is_dir() or (written.endswith("/") and doing is _move)
            final = target / source.name if inside else target
            if final.exists() and not overwrites:
                raise TaskFailure(
                    f"Target file already exists: {final} . Set 'overwrite: true' to replace the existing file."
                )
            doing(source, final)
            return
        if target.resolve().is_relative_to(source.resolve()):
            raise TaskFailure(f"Cannot {done[:4].lower().rstrip('i')} a directory into itself or its subdirectory")
        target.mkdir(parents=True, exist_ok=True)
        for file in list(_files(source, recursive=True)):
            final = target / file.relative_to(source)
            if final.exists() and not overwrites:
                context.log("WARN", f"Target file already exists. Skipping existing file: {final}")
            else:
                doing(file, final)
        if doing is _move and not any(True for _ in _files(source, recursive=True)):
            shutil.rmtree(source)

    await _work(work)
    context.log("INFO", f"{done} from '{source}' to '{target}'")


@task_type(_PLACE + "Delete")
class Delete:
    """Deletes a file, a folder, or the files of a folder whose paths match."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri`, `deleted`, `uris`; raises `TaskFailure` for a missing one with `errorOnMissing`."""
        path, matches = await _path(context, "from"), await _matcher(context)
        by_pattern = context.properties.get("regExp") is not None
        recursive = await flag(context, "recursive", default=False)
        must_be = await flag(context, "errorOnMissing", default=False)

        def work() -> list[Path] | None:
            if not path.exists():
                if must_be:
                    told = "To avoid this error, configure `errorOnMissing: false` in your configuration."
                    raise TaskFailure(f"File does not exist '{path}'. {told}")
                return None
            if by_pattern:
                chosen = [file for file in _files(path, recursive=recursive) if matches(str(file.absolute()))]
                for file in chosen:
                    file.unlink()
                return chosen
            if path.is_dir():
                shutil.rmtree(path) if recursive else path.rmdir()
            else:
                path.unlink()
            return []

        gone = await _work(work)
        if by_pattern and gone is not None:
            context.log("WARN", f"Deleted {len(gone)} file(s) matching regExp under '{path}'")
        deleted = bool(gone) if by_pattern else gone is not None
        uris = [file.absolute().as_uri() for file in gone or []]
        return TaskResult({"uri": path.absolute().as_uri(), "deleted": deleted, "uris": uris})
