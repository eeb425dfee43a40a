"""`tiercel executions files`: the files of an execution in internal storage, listed, printed or saved."""

from __future__ import annotations

import difflib
import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from tiercel_server.cli.history.options import format_option, id_argument, refusing, workspace_option

if TYPE_CHECKING:
    from tiercel_engine.storage import InternalStorage
    from tiercel_engine.store import History, Summary

_PROBED = 8192

_EPILOG = """\b
Examples:
  tiercel executions files last
  tiercel executions files last report.csv | head
  tiercel executions files last report.csv --output report.csv

Exit code: 0 done, 2 no such execution or file, or the target exists."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of an execution. `path` is relative to its folder; `name` what the task's outputs call it, if anything."""

    path: str
    uri: str
    size: int
    name: str | None

    @property
    def short_name(self) -> str:
        """What to call a copy of it."""
        return (self.name or self.path).rpartition("/")[2]


@click.command(name="files", epilog=_EPILOG)
@id_argument
@click.argument("file", metavar="[FILE]", required=False)
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), metavar="TARGET", help="Save FILE there: a file or a folder."
)
@click.option("--force", is_flag=True, help="Write over a TARGET that exists.")
@format_option("text", "json")
@workspace_option
@refusing
def command(
    execution_id: str,
    file: str | None,
    output: Path | None,
    format_name: str,
    workspace: Path | None,
    *,
    force: bool,
) -> None:
    """List the files of execution ID and of its iterations; print FILE, or save it with --output.

    FILE is a name or a path of the list, the end of one that only one file has, or a `kestra:///` URI.
    """
    from tiercel_engine.storage import InternalStorage
    from tiercel_schemas.model.project import STATE_FOLDER
    from tiercel_server.cli.history.finding import named, workspace_at

    if file is None and (output is not None or force):
        raise click.UsageError("--output and --force need the FILE that they are about")
    with workspace_at(workspace) as found:
        storage = InternalStorage(found.place.root / STATE_FOLDER / "storage")
        summary = named(found.history, execution_id)
        files = _files(found.history, summary, storage)
    if file is None:
        _print_list(files, format_name)
        return
    chosen = _chosen(files, file, summary)
    if output is None:
        _print_content(storage, chosen)
    else:
        _save(storage, chosen, output, force=force)


def _files(history: History, summary: Summary, storage: InternalStorage) -> list[StoredFile]:
    """The files of an execution, then those of its iterations, whose ids stand before their paths."""
    from tiercel_engine.storage.layout import execution_path, uri_of
    from tiercel_server.cli.history.finding import iterations_of

    files = []
    for each in (summary, *iterations_of(history, summary.id)):
        folder = execution_path(each.namespace, each.flow_id, each.id)
        names = _names(history, each.id)
        for path in storage.list(folder):
            uri = uri_of(f"{folder}/{path}")
            if not _is_inside(storage, uri):
                continue
            shown = path if each.id == summary.id else f"{each.id}/{path}"
            files.append(StoredFile(shown, uri, storage.size(uri), names.get(uri)))
    return files


def _is_inside(storage: InternalStorage, uri: str) -> bool:
    """Whether it really lies in storage: somebody may have put a link there."""
    from tiercel_engine.storage import StorageError

    try:
        storage.path(uri)
    except StorageError:
        return False
    return True


def _names(history: History, execution_id: str) -> dict[str, str]:
    """What tasks call their files in their outputs, by URI."""
    execution = history.execution(execution_id)
    names: dict[str, str] = {}
    for run in execution.ordered_task_runs() if execution is not None else ():
        for value in run.outputs.values():
            if isinstance(value, Mapping):
                names |= {uri: str(name) for name, uri in value.items() if isinstance(uri, str)}
    return names


def _print_list(files: list[StoredFile], format_name: str) -> None:
    from tiercel_server.cli.running.views.wording import safe

    if format_name == "json":
        shape = [{"path": each.path, "uri": each.uri, "size": each.size, **_named(each)} for each in files]
        click.echo(json.dumps(shape, ensure_ascii=False, indent=2))
        return
    if not files:
        click.echo("It left no files.", err=True)
    width = max((len(str(file.size)) for file in files), default=0)
    for file in files:
        name = f"  {safe(file.name)}" if file.name is not None else ""
        click.echo(f"{file.size:>{width}}  {safe(file.path)}{name}")


def _named(file: StoredFile) -> dict[str, str]:
    return {"name": file.name} if file.name is not None else {}


def _chosen(files: list[StoredFile], name: str, summary: Summary) -> StoredFile:
    from tiercel_server.cli.running.complaints import Refused

    exact = [file for file in files if name in {file.path, file.uri}]
    found = exact or [file for file in files if name in {file.name, file.short_name}]
    found = found or [file for file in files if file.path.endswith(f"/{name}")]
    if len(found) == 1:
        return found[0]
    if found:
        raise Refused(f"Several files are called '{name}':", *(f"  {file.path}" for file in found))
    near = difflib.get_close_matches(name, [file.short_name for file in files], n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    raise Refused(
        f"Execution {summary.id} has no file '{name}'.{hint}", f"`tiercel executions files {summary.id}` lists them."
    )


def _print_content(storage: InternalStorage, file: StoredFile) -> None:
    from tiercel_server.cli.running.complaints import Refused

    with storage.open(file.uri) as source:
        if sys.stdout.isatty() and b"\\0" in source.read(_PROBED):
            raise Refused(f"{file.path} is not text ({file.size} bytes).", "Save it with --output TARGET.")
        source.seek(0)
        sys.stdout.flush()
        shutil.copyfileobj(source, sys.stdout.buffer)
        sys.stdout.buffer.flush()


def _save(storage: InternalStorage, file: StoredFile, target: Path, *, force: bool) -> None:
    from tiercel_server.cli.running.complaints import Refused

    if target.is_dir():
        target /= file.short_name
    try:
        with storage.open(file.uri) as source, _opened(target, force=force) as sink:
            shutil.copyfileobj(source, sink)
    except FileExistsError:
        raise Refused(f"{target} exists already.", "Add --force to write over it.") from None
    except OSError as error:
        raise Refused(f"{target} can't be written: {error.strerror or error}.") from error
    click.echo(f"{target} ({file.size} bytes)", err=True)


def _opened(target: Path, *, force: bool) -> BinaryIO:
    return target.open("wb" if force else "xb")
