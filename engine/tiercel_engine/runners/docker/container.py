"""One command in a container of its own: made, filled, followed, emptied and removed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import anyio
import anyio.from_thread
import anyio.to_thread

from tiercel_engine.runners.docker.archives import pack, pack_for_path, unpack
from tiercel_engine.runners.docker.daemon import connect
from tiercel_engine.runners.docker.images import ensure_image
from tiercel_engine.runners.docker.requests import container_config
from tiercel_engine.runners.docker.settings import DockerSettings
from tiercel_engine.runners.lines import LineSplitter
from tiercel_engine.runners.process import at_work_elsewhere

if TYPE_CHECKING:
    from docker import APIClient
    from docker.types.daemon import CancellableStream

SCRIPT_PATH = PurePosixPath("/opt/tiercel/scripts")
"""Where a container finds what scripts may import without having it installed."""
_KILL_SECONDS = 5
_T = TypeVar("_T")
Level = Literal["DEBUG", "WARN"]


class ContainerProblem(Exception):  # noqa: N818
    """The daemon could not do what the task asks of it; its text says what."""


@dataclass(frozen=True, slots=True)
class ContainerJob:
    """What to run in which image.

    The container has `directory` under its path on this machine, so paths mean the same inside and outside.
    `importable` is a folder of this machine that the container finds at `SCRIPT_PATH`.
    """

    host: str
    image: str
    arguments: Sequence[str]
    directory: Path
    environment: Mapping[str, str]
    settings: DockerSettings
    labels: Mapping[str, str]
    importable: Path | None = None


@dataclass(frozen=True, slots=True)
class ContainerListener:
    """Who hears of a container: its start (with its id), each line, remarks, and that it is about to be killed."""

    started: Callable[[str], None]
    line: Callable[[str, bool], None]
    """The line without its end, and whether it came from standard error."""
    remark: Callable[[Level, str], None]
    killing: Callable[[str], None]


async def run_container(job: ContainerJob, listener: ContainerListener) -> int:
    """Run a command in a new container to its end; returns the exit code.

    Afterwards `directory` holds what the container left in it. When the surrounding scope is cancelled the container
    is stopped, after `kill_grace` seconds if it has any, and removed. Raises `ContainerProblem`.
    """
    client = await _asked(_connected, job.host)
    try:
        await _asked(ensure_image, client, job.image, job.settings, _in_loop(listener.remark), abandon=True)
        container = await _asked(_create, client, job)
        release = at_work_elsewhere(lambda: _kill_now(job.host, container))
        try:
            return await _attended(client, container, job, listener)
        finally:
            release()
            if job.settings.delete and job.settings.wait:
                with anyio.CancelScope(shield=True), suppress(ContainerProblem):
                    await _asked(_remove, client, container)
    finally:
        client.close()


async def _attended(client: APIClient, container: str, job: ContainerJob, listener: ContainerListener) -> int:
    settings = job.settings
    await _asked(_fill, client, container, job)
    listener.started(container)
    if not settings.wait:
        await _asked(client.start, container)
        return 0
    following = _Following(client, container, listener.line)
    try:
        exit_code = await _asked(following.run, abandon=True)
    except ContainerProblem:
        await _asked(following.hang_up)
        raise
    except BaseException:
        following.stopped = True
        with anyio.CancelScope(shield=True):
            listener.killing(container)
            with suppress(ContainerProblem):
                await _asked(_stop, client, container, settings.kill_grace)
            await _asked(following.hang_up)
        raise
    if not settings.mounts_directory:
        for name in await _asked(_empty, client, container, job.directory):
            listener.remark("WARN", f"'{name}' leads out of the working directory and stays in the container")
    return exit_code


class _Following:
    """Starts a container and hands its lines to the event loop, whose pace it keeps."""

    def __init__(self, client: APIClient, container: str, line: Callable[[str, bool], None]) -> None:
        self._client = client
        self._container = container
        self._line = line
        self._frames: CancellableStream[Any] | None = None
        self.stopped = False

    def run(self) -> int:
        """Follow to the end; the exit code. Called in a thread."""
        batch: list[tuple[str, bool]] = []
        streams = [
            LineSplitter(lambda line: batch.append((line, False))),
            LineSplitter(lambda line: batch.append((line, True))),
        ]
        self._frames = self._client.attach(self._container, stdout=True, stderr=True, stream=True, demux=True)
        if not self.stopped:
            self._client.start(self._container)
        for pair in self._frames:
            for splitter, data in zip(streams, pair, strict=True):
                if data:
                    splitter.feed(data)
            self._hand_on(batch)
        for splitter in streams:
            splitter.end()
        self._hand_on(batch)
        return int(self._client.wait(self._container, timeout=None)["StatusCode"])

    def hang_up(self) -> None:
        """Stop listening, so that no thread waits for a daemon that has nothing more to say."""
        if self._frames is not None:
            # Closing what the daemon has closed already is no problem of anybody.
            with suppress(Exception):
                self._frames.close()

    def _hand_on(self, batch: list[tuple[str, bool]]) -> None:
        if batch and not self.stopped:
            anyio.from_thread.run_sync(self._deliver, tuple(batch))
        batch.clear()

    def _deliver(self, lines: Sequence[tuple[str, bool]]) -> None:
        if not self.stopped:
            for line, is_error in lines:
                self._line(line, is_error)


def _connected(host: str) -> APIClient:
    from docker.errors import DockerException

    try:
        return connect(host)
    except DockerException as error:
        raise OSError(str(error)) from error


def _create(client: APIClient, job: ContainerJob) -> str:
    config = container_config(client, job)
    return str(client.create_container_from_config(config, None)["Id"])  # type: ignore[no-untyped-call]


def _fill(client: APIClient, container: str, job: ContainerJob) -> None:
    if not job.settings.mounts_directory:
        with tempfile.TemporaryFile() as archive:
            pack(job.directory, archive)
            archive.seek(0)
            client.put_archive(container, str(job.directory), archive)
    if job.importable is not None:
        with tempfile.TemporaryFile() as archive:
            pack_for_path(job.importable, SCRIPT_PATH.relative_to("/"), archive)
            archive.seek(0)
            client.put_archive(container, "/", archive)


def _empty(client: APIClient, container: str, directory: Path) -> list[str]:
    chunks, _ = client.get_archive(container, str(directory))
    return unpack(chunks, directory)


def _stop(client: APIClient, container: str, grace: float) -> None:
    if grace > 0:
        client.stop(container, timeout=max(1, round(grace)))
    else:
        client.kill(container)


def _remove(client: APIClient, container: str) -> None:
    client.remove_container(container, v=True, force=True)


def _kill_now(host: str, container: str) -> None:
    # The process is about to leave: a client of its own, since the other is at work in a thread.
    with suppress(Exception):
        client = connect(host, _KILL_SECONDS)
        client.remove_container(container, v=True, force=True)


async def _asked(do: Callable[..., _T], *arguments: Any, abandon: bool = False) -> _T:
    """Do in a thread what asks the daemon something; raises `ContainerProblem` for all that goes wrong there."""
    import docker.errors
    import requests

    # What may take as long as the command does must not use up the threads of everybody else.
    limiter = anyio.CapacityLimiter(1) if abandon else None
    try:
        return await anyio.to_thread.run_sync(lambda: do(*arguments), abandon_on_cancel=abandon, limiter=limiter)
    except docker.errors.APIError as error:
        raise ContainerProblem(str(error.explanation or error)) from error
    except docker.errors.DockerException as error:
        raise ContainerProblem(str(error)) from error
    except (requests.RequestException, OSError) as error:
        raise ContainerProblem(f"The Docker daemon does not answer: {error}") from error


def _in_loop(say: Callable[[Level, str], None]) -> Callable[[Level, str], None]:
    return lambda level, message: anyio.from_thread.run_sync(say, level, message)
