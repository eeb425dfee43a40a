"""Other flows of a workspace, found when a Subflow or a trigger asks for them."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from tiercel_schemas.model import Flow, FlowError, read_flow
from tiercel_schemas.source.parser import parse_source
from tiercel_schemas.source.values import TooManyValuesError, plain_value
from tiercel_schemas.versions import KestraVersion
from tiercel_server.workspace.flow_detection import is_flow

_ENDINGS = (".yaml", ".yml")
_LARGEST = 2_000_000
_MOST_FILES = 20_000


class Neighbours:
    """The flows below a folder, by namespace and id; read once, on the first question.

    `settle` makes of each flow what runs, with the defaults that a project gives its namespace; it may raise
    `FlowError`.
    """

    def __init__(
        self,
        folder: Path,
        version: KestraVersion,
        exclude: tuple[str, ...] = (),
        settle: Callable[[Flow], Flow] = lambda flow: flow,
    ) -> None:
        self._folder = folder
        self._settle = settle
        self._version = version
        self._exclude = exclude
        self._flows: dict[tuple[str, str], Flow] | None = None
        self._paths: dict[tuple[str, str], Path] = {}

    def find(self, namespace: str, flow_id: str) -> Flow | None:
        """The flow with this name; None when the workspace has none that can be read."""
        return self.all().get((namespace, flow_id))

    def all(self) -> dict[tuple[str, str], Flow]:
        """Every flow of the workspace; of two with the same name the first in the order of paths."""
        if self._flows is None:
            self._flows = {}
            for path in sorted(self._files()):
                for flow in _flows_in(path, self._version, self._settle):
                    self._flows.setdefault((flow.namespace, flow.id), flow)
                    self._paths.setdefault((flow.namespace, flow.id), path)
        return self._flows

    def path_of(self, flow: Flow) -> Path | None:
        """The file that a flow of the workspace was read from."""
        self.all()
        return self._paths.get((flow.namespace, flow.id))

    def _files(self) -> Iterator[Path]:
        count = 0
        for parent, folders, files in os.walk(self._folder):
            folders[:] = sorted(
                name for name in folders if not name.startswith(".") and name not in ("node_modules", "__pycache__")
            )
            for name in files:
                path = Path(parent) / name
                relative = path.relative_to(self._folder).as_posix()
                if name.endswith(_ENDINGS) and not any(fnmatch.fnmatch(relative, glob) for glob in self._exclude):
                    count += 1
                    if count > _MOST_FILES:
                        return
                    yield path


def _flows_in(path: Path, version: KestraVersion, settle: Callable[[Flow], Flow]) -> Iterator[Flow]:
    try:
        if path.stat().st_size > _LARGEST:
            return
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError):
        return
    for document in parse_source(text).documents:
        if not is_flow(document.root) or document.root is None:
            continue
        try:
            yield settle(read_flow(plain_value(document.root), version))
        except (FlowError, TooManyValuesError):
            continue
