"""The flows of a workspace as a server keeps them: read from files, read again when files change."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tiercel_schemas.model import Flow, FlowError, read_flow
from tiercel_schemas.source.parser import parse_source
from tiercel_schemas.source.values import TooManyValuesError, plain_value
from tiercel_schemas.versions import KestraVersion
from tiercel_server.workspace.flow_detection import is_flow

Name = tuple[str, str]
"""Namespace and id of a flow."""
_ENDINGS = (".yaml", ".yml")
_LARGEST = 2_000_000
_MOST_FILES = 20_000
_SKIPPED = ("node_modules", "__pycache__")


@dataclass(frozen=True, slots=True)
class ShelvedFlow:
    """A flow, its text, and the file that holds it; `updated` is the file's time in seconds since 1970."""

    flow: Flow
    source: str
    path: Path
    updated: float

    @property
    def name(self) -> Name:
        """Namespace and id."""
        return self.flow.namespace, self.flow.id


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A flow of the workspace that can't run, and why."""

    path: Path
    name: str
    problem: str


@dataclass(frozen=True, slots=True)
class _Read:
    """What a file held when it was read, and the marks by which a change is seen."""

    marks: tuple[int, int]
    flows: tuple[ShelvedFlow, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()


@dataclass(slots=True)
class FlowShelf:
    """Flows below `root`. `settle` gives a flow the defaults of its namespace, and may raise `FlowError`."""

    root: Path
    version: KestraVersion
    exclude: tuple[str, ...] = ()
    settle: Callable[[Flow], Flow] = lambda flow: flow
    _files: dict[Path, _Read] = field(default_factory=dict)
    _flows: dict[Name, ShelvedFlow] = field(default_factory=dict)
    _revisions: dict[Name, tuple[int, str]] = field(default_factory=dict)

    def all(self) -> Mapping[Name, ShelvedFlow]:
        """Every flow by its name; of two with the same name the first in the order of paths."""
        return self._flows

    def find(self, namespace: str, flow_id: str) -> Flow | None:
        """The flow of a name; None when there is none that can run."""
        found = self._flows.get((namespace, flow_id))
        return found.flow if found is not None else None

    def unreadable(self) -> list[Unreadable]:
        """The flows that can't run, in the order of paths."""
        return [each for path in sorted(self._files) for each in self._files[path].unreadable]

    def refresh(self) -> bool:
        """Look at the files again; whether anything has changed."""
        found: dict[Path, _Read] = {}
        for path in sorted(self._paths()):
            marks = _marks(path)
            if marks is None:
                continue
            known = self._files.get(path)
            found[path] = known if known is not None and known.marks == marks else self._read(path, marks)
        changed = found != self._files
        self._files = found
        if changed:
            self._shelve()
        return changed

    def write(self, name: Name, source: str) -> ShelvedFlow:
        """Keep the text of a flow in its file, a new one beside the others if it has none; raises `OSError`.

        The text has to be that of exactly this flow. A file that holds several keeps the others.
        """
        known = self._flows.get(name)
        path = known.path if known is not None else self._new_path(name)
        text = source if source.endswith("\n") else source + "\n"
        others = self._others(path, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        written = path.with_name(f".{path.name}.new")
        written.write_text("---\n".join([*others, text]), encoding="utf-8")
        written.replace(path)
        self._files.pop(path, None)
        self.refresh()
        self._shelve()
        return self._flows[name]

    def remove(self, name: Name) -> bool:
        """Take a flow out of its file, and the file away that held nothing else; False when there is none."""
        known = self._flows.get(name)
        if known is None:
            return False
        others = self._others(known.path, name)
        if others:
            known.path.write_text("---\n".join(others), encoding="utf-8")
        else:
            known.path.unlink(missing_ok=True)
        self._files.pop(known.path, None)
        self.refresh()
        self._shelve()
        return True

    def _others(self, path: Path, name: Name) -> list[str]:
        read = self._files.get(path)
        kept = [each for each in read.flows if each.name != name] if read is not None else []
        return [each.source if each.source.endswith("\n") else each.source + "\n" for each in kept]

    def _new_path(self, name: Name) -> Path:
        # Namespaces and ids hold no separators, but an id may be `..`: the pattern of ids takes dots.
        parts = [part.strip(".") or "_" for part in (*name[0].split("."), name[1])]
        path = self.root.joinpath(*parts[:-1], f"{parts[-1]}.yaml")
        return path if not path.exists() else path.with_name(f"{parts[-1]}.flow.yaml")

    def _shelve(self) -> None:
        flows: dict[Name, ShelvedFlow] = {}
        for path in sorted(self._files):
            for each in self._files[path].flows:
                flows.setdefault(each.name, self._numbered(each))
        self._flows = flows

    def _numbered(self, each: ShelvedFlow) -> ShelvedFlow:
        """With the number of its revision: one more for each text that this process has seen."""
        number, text = self._revisions.get(each.name, (0, ""))
        if text != each.source:
            number = each.flow.revision or number + 1
            self._revisions[each.name] = (number, each.source)
        if number in {each.flow.revision, 1}:
            return each
        flow = each.flow.model_copy(update={"revision": number})
        return ShelvedFlow(flow, each.source, each.path, each.updated)

    def _paths(self) -> Iterator[Path]:
        count = 0
        for parent, folders, files in os.walk(self.root):
            folders[:] = [name for name in folders if not name.startswith(".") and name not in _SKIPPED]
            for name in files:
                path = Path(parent, name)
                relative = path.relative_to(self.root).as_posix()
                if name.startswith(".") or not name.endswith(_ENDINGS):
                    continue
                if any(fnmatch.fnmatch(relative, glob) for glob in self.exclude):
                    continue
                count += 1
                if count > _MOST_FILES:
                    return
                yield path

    def _read(self, path: Path, marks: tuple[int, int]) -> _Read:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeError):
            return _Read(marks)
        flows: list[ShelvedFlow] = []
        unreadable: list[Unreadable] = []
        for value, source in documents_of(text):
            try:
                flow = self.settle(read_flow(value, self.version))
            except FlowError as error:
                problem = "; ".join(str(each) for each in error.problems)
                unreadable.append(Unreadable(path, f"{value.get('namespace')}.{value.get('id')}", problem))
                continue
            flows.append(ShelvedFlow(flow, source, path, path.stat().st_mtime))
        return _Read(marks, tuple(flows), tuple(unreadable))


def documents_of(text: str) -> Iterator[tuple[dict[str, Any], str]]:
    """The flows of a text: each as plain data, and its own lines."""
    source = parse_source(text)
    for document in source.documents:
        if document.root is None or not is_flow(document.root):
            continue
        try:
            value = plain_value(document.root)
        except TooManyValuesError:
            continue
        if isinstance(value, dict):
            lines = text[document.span.start : document.span.end]
            yield value, text if len(source.documents) == 1 else lines.removeprefix("---").lstrip("\n")


def _marks(path: Path) -> tuple[int, int] | None:
    try:
        about = path.stat()
    except OSError:
        return None
    return (about.st_mtime_ns, about.st_size) if about.st_size <= _LARGEST else None
