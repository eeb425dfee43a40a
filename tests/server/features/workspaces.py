"""Workspaces with marks, read from case files.

A case begins with `== title`; `-- file NAME` begins a file, `-- golden NAME` what a rename makes of one. A line of a
file that begins with `#` and has carets marks the stretch of the line above it: `#   ^^^^ def who`. Such lines are
taken out. What may stand behind the carets is told where the marks are used; `@name` names the stretch itself, and a
`;` begins another mark for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from tiercel_schemas.source.spans import Span
from tiercel_schemas.versions import DEFAULT_VERSION, KestraVersion
from tiercel_server.workspace.files import read_entry, read_snapshot
from tiercel_server.workspace.folders import Folders
from tiercel_server.workspace.index import ClosedFiles, Document, WorkspaceIndex
from tiercel_server.workspace.snapshot import DocumentSnapshot

CASES = Path(__file__).with_name("cases") / "navigation"
VARIANTS = ("plain", "crlf", "emoji")
_MARK = re.compile(r"#\s*(\^+) (\S.*)$")
Where = tuple[str, int, int]


@dataclass(frozen=True)
class Mark:
    file: str
    start: int
    end: int
    word: str
    arguments: str


@dataclass
class Workspace:
    title: str
    version: KestraVersion = DEFAULT_VERSION
    files: dict[str, str] = field(default_factory=dict)
    golden: dict[str, str] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)

    @property
    def names(self) -> dict[str, Where]:
        return {each.word[1:]: (each.file, each.start, each.end) for each in self.marks if each.word[0] == "@"}

    def actions(self, *words: str) -> list[Mark]:
        return [each for each in self.marks if each.word in words]


def read_workspaces(variant: str = "plain") -> list[Workspace]:
    found = [
        _read(path.stem, block, variant)
        for path in sorted(CASES.glob("*.txt"))
        for block in ("\n" + path.read_text(encoding="utf-8")).split("\n== ")[1:]
    ]
    assert found, f"no cases in {CASES}"
    return found


def varied(text: str, variant: str) -> str:
    if variant == "emoji":
        text = f"# 🦅🎈 ünïcödé\n{text}"
    return text.replace("\n", "\r\n") if variant == "crlf" else text


def _read(stem: str, block: str, variant: str) -> Workspace:
    title, *parts = re.split(r"^-- ", block, flags=re.MULTILINE)
    name, _, version = title.strip().partition(" | ")
    found = Workspace(f"{stem}: {name}", KestraVersion(version) if version else DEFAULT_VERSION)
    for part in parts:
        heading, _, body = part.partition("\n")
        kind, file = heading.split()
        if kind == "golden":
            found.golden[file] = varied(body.rstrip("\n") + "\n", variant)
        else:
            assert kind == "file", heading
            _add_file(found, file, body, variant)
    assert found.marks, f"{found.title} marks nothing"
    return found


def _add_file(found: Workspace, file: str, body: str, variant: str) -> None:
    lines: list[str] = []
    marked: list[tuple[int, int, int, str]] = []
    for line in body.rstrip("\n").split("\n"):
        match = _MARK.match(line)
        if match is None:
            lines.append(line)
            continue
        for action in match[2].split(";"):
            marked.append((len(lines) - 1, match.start(1), match.end(1), action.strip()))
    text = found.files[file] = varied("\n".join(lines) + "\n", variant)
    first = 1 if variant == "emoji" else 0
    starts = [0, *(each.end() for each in re.finditer(r"\r\n|\n", text))]
    for line_number, start, end, action in marked:
        word, _, arguments = action.partition(" ")
        at = starts[line_number + first]
        found.marks.append(Mark(file, at + start, at + end, word, arguments.strip()))


@dataclass
class Opened:
    """A case on disk, one of its files open."""

    index: WorkspaceIndex
    folder: Path
    snapshot: DocumentSnapshot

    def where(self, document: Document, span: Span) -> Where:
        uri = document.name
        return uri.removeprefix(self.folder.as_uri() + "/"), span.start, span.end


def opened(case: Workspace, folder: Path, name: str, *, all_open: bool = False) -> Opened:
    """The case's workspace with one file in the editor, or all of them."""
    for each, text in case.files.items():
        path = folder / each
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    folders = Folders([folder], case.version)
    snapshots = {each: folders.snapshot((folder / each).as_uri(), text) for each, text in case.files.items()}
    entries = {str(folder / each): read_entry(folder / each, folders) for each in case.files}
    shown = list(snapshots.values()) if all_open else [snapshots[name]]
    index = WorkspaceIndex(
        ClosedFiles().with_entries(entries), shown, lambda entry: read_snapshot(Path(entry.key), folders)
    )
    return Opened(index, folder, snapshots[name])
