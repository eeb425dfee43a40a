"""A worker process of a check: reads requests from standard input, one JSON value a line, and answers each by a line.

Requests are `{"settings": [...]}` once, `{"flows": ...}` once before the first check, and `{"survey": [...]}` or
`{"check": [...]}` with texts as `[number, name, text or null, number of settings, version or null, around]`; the text
is null where this worker has surveyed it. The end of the input, or of whoever reads the answers, ends the process in
silence.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Mapping
from typing import IO, Any

from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.workspace_flows import NO_FLOWS, WorkspaceFlows
from tiercel_server.cli.checking import plain
from tiercel_server.cli.checking.examining import Examiner
from tiercel_server.cli.checking.sources import Source
from tiercel_server.workspace.catalogs import Catalogs
from tiercel_server.workspace.settings import ProjectSettings


def main() -> None:
    """Serve until the input ends."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr  # what anything prints by chance must not get between the answers
    try:
        serve(requests, answers)
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(1)


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer requests; a fault is an answer too."""
    worker = _Worker()
    for line in requests:
        try:
            answer: Any = worker.answer(json.loads(line))
        except Exception as error:  # noqa: BLE001 - told to whoever asked
            if os.environ.get("TIERCEL_DEBUG"):
                traceback.print_exc()
            answer = {"fault": f"{type(error).__name__}: {error}"}
        answers.write(plain.compact(answer).encode() + b"\n")
        answers.flush()


class _Worker:
    def __init__(self) -> None:
        self._examiner = Examiner(Catalogs())
        self._settings: list[ProjectSettings] = []
        self._flows: WorkspaceFlows = NO_FLOWS
        self._sources: dict[int, Source] = {}

    def answer(self, request: Mapping[str, Any]) -> Any:
        match request:
            case {"settings": settings}:
                self._settings = [plain.settings_from_plain(each) for each in settings]
                return []
            case {"flows": flows}:
                self._flows = plain.flows_from_plain(flows)
                return []
            case {"survey": texts}:
                sources = self._taken(texts)
                surveys = [(number, survey) for number, survey in self._examiner.survey(sources)]
                held = (number for number, survey in surveys if survey.is_flow and not sources[number].around)
                self._sources.update({number: sources[number] for number in held})
                return [[number, plain.survey_to_plain(survey)] for number, survey in surveys]
            case {"check": texts}:
                checked = self._examiner.check(self._taken(texts), self._flows)
                return [[number, plain.checked_to_plain(each)] for number, each in checked]
        raise ValueError("a request that no worker knows")

    def _taken(self, texts: list[Any]) -> dict[int, Source]:
        sources = {}
        for number, name, text, settings, version, around in texts:
            if text is None:
                sources[number] = self._sources.pop(number)
            else:
                explicit = KestraVersion(version) if version is not None else None
                sources[number] = Source(name, text, self._settings[settings], explicit, named=False, around=around)
        return sources


if __name__ == "__main__":
    main()
