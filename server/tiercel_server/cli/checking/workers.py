"""Examining of texts in several processes.

Each worker is a Python of its own that imports Tiercel once (the same on every system, nothing is forked) and is given
small chunks of work. It keeps what it read for the survey, so that it checks the same texts again without reading them.
"""

from __future__ import annotations

import itertools
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Self

from tiercel_server.analysis.workspace_flows import WorkspaceFlows
from tiercel_server.cli.checking import plain
from tiercel_server.cli.checking.examination import WORTH_A_PROCESS
from tiercel_server.cli.checking.sources import Checked, Source, Survey
from tiercel_server.workspace.settings import ProjectSettings

MOST = 8
"""So many processes at most when nobody says how many: more bring little and take memory."""

CHUNK = 40_000
"""Characters that a worker is given at once: enough to keep it busy, little enough to share well."""

_BOOT = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from tiercel_server.cli.checking.worker import main
main()
"""
_OWN_GROUP = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)  # Windows
_POLL_SECONDS = 0.2


class WorkerFault(Exception):  # noqa: N818 - a fault is what users are told of
    """A worker failed or was ended; the message says how."""


def worth_while(sources: Iterable[Source]) -> int:
    """How many processes make the check of these texts the fastest, on this machine."""
    work = sum(len(each.text) for each in sources)
    if not sys.executable:
        return 1
    return max(1, min(_cores(), MOST, work // WORTH_A_PROCESS))


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Workers:
    """Surveys and checks texts by their numbers, in no fixed order. Leaving the context ends all processes at once."""

    def __init__(self, count: int, settings: Sequence[ProjectSettings]) -> None:
        self._settings = {id(each): number for number, each in enumerate(settings)}
        self._owners: dict[int, int] = {}
        self._processes: list[subprocess.Popen[bytes]] = []
        self._greeting = {"settings": [plain.settings_to_plain(each) for each in settings]}
        self._count = count
        self._greeted = False

    def __enter__(self) -> Self:
        try:
            self._processes.extend(_started() for _ in range(self._count))
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The processes, by the system's numbers."""
        return tuple(each.pid for each in self._processes)

    def survey(self, sources: Mapping[int, Source]) -> Iterator[tuple[int, Survey]]:
        """What each text is. Raises `WorkerFault`."""
        shared = _chunks(sources, list(sources))
        none: list[list[list[int]]] = [[] for _ in self._processes]
        for number, value in self._spread("survey", sources, {}, none, shared):
            yield number, plain.survey_from_plain(value)

    def check(self, sources: Mapping[int, Source], flows: WorkspaceFlows) -> Iterator[tuple[int, Checked]]:
        """What is wrong in each text. Raises `WorkerFault`."""
        own = [
            _chunks(sources, [each for each in sources if self._owners.get(each) == worker])
            for worker in range(len(self._processes))
        ]
        shared = _chunks(sources, [each for each in sources if each not in self._owners])
        around = {"flows": plain.flows_to_plain(flows)}
        for number, value in self._spread("check", sources, around, own, shared):
            yield number, plain.checked_from_plain(value)

    def _spread(
        self,
        task: str,
        sources: Mapping[int, Source],
        around: Mapping[str, Any],
        own: Sequence[list[list[int]]],
        shared: list[list[int]],
    ) -> Iterator[tuple[int, Any]]:
        greeting = around if self._greeted else {**self._greeting, **around}
        self._greeted = True
        waiting: queue.SimpleQueue[list[int]] = queue.SimpleQueue()
        for chunk in shared:
            waiting.put(chunk)
        answers: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()
        left = sum(len(chunk) for chunks in (*own, shared) for chunk in chunks)

        def drive(worker: int) -> None:
            process = self._processes[worker]
            try:
                for key, value in greeting.items():
                    _ask(process, {key: value})
                for chunk in itertools.chain(own[worker], _taken_from(waiting)):
                    answers.put(_ask(process, {task: [self._described(each, sources[each]) for each in chunk]}))
                    if task == "survey":
                        self._owners.update(dict.fromkeys(chunk, worker))
            except Exception as error:  # noqa: BLE001 - raised again by who waits
                answers.put(error)

        for worker in range(len(self._processes)):
            threading.Thread(target=drive, args=(worker,), daemon=True).start()
        while left:
            try:
                answer = answers.get(timeout=_POLL_SECONDS)  # a wait without end can't be interrupted on Windows
            except queue.Empty:
                continue
            if isinstance(answer, Exception):
                raise answer
            left -= len(answer)
            yield from ((number, value) for number, value in answer)

    def _described(self, number: int, source: Source) -> list[Any]:
        text = source.text if number not in self._owners else None
        version = source.kestra_version.value if source.kestra_version is not None else None
        return [number, source.name, text, self._settings[id(source.settings)], version, source.around]

    def _end(self) -> None:
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    _close(stream.close)


def _started() -> subprocess.Popen[bytes]:
    # -P: a file of the folder that is checked must not be taken for a module. Ctrl-C is for the parent alone.
    return subprocess.Popen(  # noqa: S603 - this very Python
        [sys.executable, "-P", "-c", _BOOT, plain.compact(sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        creationflags=_OWN_GROUP,
        start_new_session=True,  # of no effect on Windows
    )


def _ask(process: subprocess.Popen[bytes], request: Any) -> list[Any]:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(plain.compact(request).encode() + b"\n")
        process.stdin.flush()
        line = process.stdout.readline()
    except (OSError, ValueError):
        line = b""
    if not line.endswith(b"\n"):
        raise WorkerFault(f"a worker process ended ({_status(process)})")
    answer: Any = json.loads(line)
    if isinstance(answer, dict):
        raise WorkerFault(f"in a worker process: {answer['fault']}")
    found: list[Any] = answer
    return found


def _status(process: subprocess.Popen[bytes]) -> str:
    try:
        code = process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        return "it closed its output"
    return f"signal {-code}" if code < 0 else f"status {code}"


def _close(close: Callable[[], None]) -> None:
    try:
        close()
    except OSError:
        return  # what was still to be written has no reader any more


def _taken_from(waiting: queue.SimpleQueue[list[int]]) -> Iterator[list[int]]:
    while True:
        try:
            yield waiting.get_nowait()
        except queue.Empty:
            return


def _chunks(sources: Mapping[int, Source], numbers: Sequence[int]) -> list[list[int]]:
    chunks: list[list[int]] = []
    room = 0
    for number in numbers:
        size = len(sources[number].text) + 500
        if room < size or not chunks:
            chunks.append([])
            room = CHUNK
        chunks[-1].append(number)
        room -= size
    return chunks
