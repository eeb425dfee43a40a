"""The suites below some paths, each with its workspace and what is wrong with it."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tiercel_schemas.source.parser import parse_source
from tiercel_schemas.source.spans import Span
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.unit_tests import SuiteDocument, suites_in
from tiercel_server.cli.checking.files import find_files
from tiercel_server.cli.checking.reading import UnreadableFileError, decode, read_text
from tiercel_server.cli.near_names import near_paths
from tiercel_server.cli.running.complaints import Refused
from tiercel_server.cli.running.place import Place, find_place
from tiercel_server.cli.testing.homes import Home, UnusableFlowError
from tiercel_server.workspace.settings import find_project_file

STDIN = "-"


@dataclass(frozen=True, slots=True, eq=False)
class FoundSuite:
    """A suite in a file; `path` is how people call the file."""

    path: str
    document: SuiteDocument
    home: Home

    @property
    def id(self) -> str:
        """The suite's own id, as far as it is written."""
        return self.document.text_of(self.document.root, "id")

    @property
    def name(self) -> str:
        """The suite's name in the workspace, `company.team.suite`."""
        namespace = self.document.text_of(self.document.root, "namespace")
        return f"{namespace}.{self.id}" if namespace else self.id

    @property
    def is_disabled(self) -> bool:
        """Whether none of its cases is to run."""
        suite = self.document.suite
        return suite is not None and suite.disabled


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a suite, or a file, can't be used; lines and columns from 1."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    source_line: str = ""


def find_suites(
    paths: Iterable[Path],
    workspace: Path | None,
    version: KestraVersion | None,
    stdin: tuple[str, bytes] | None = None,
) -> Iterator[FoundSuite | Problem]:
    """The suites of files and folders in order, and what can't be read of files that were named.

    `stdin` is a name and the text that counts for it. Raises `Refused` for a path that is not there.
    """
    homes: dict[Place, Home] = {}
    named = tuple(paths)

    def home(path: Path) -> Home:
        place = _place_of(path, workspace, named)
        if place not in homes:
            homes[place] = Home(place, version)
        return homes[place]

    if stdin is not None:
        name, data = stdin
        yield from _suites(name, decode(data), home(Path(name)))
    for path in named:
        if not path.exists():
            near = near_paths(path)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise Refused(f"There is no file or folder '{path}'.{hint}")
    for file in find_files(named):
        try:
            text = read_text(file.path)
        except UnreadableFileError as error:
            if file.named:
                yield Problem(str(file.path), 1, 1, 1, 1, str(error))
            continue
        if "testCases" in text and (file.named or not _is_excluded(file.path, home(file.path))):
            yield from _suites(str(file.path), text, home(file.path))


def _place_of(path: Path, workspace: Path | None, named: tuple[Path, ...]) -> Place:
    """The workspace of a suite's file.

    It is the one that was named, the folder of the nearest `tiercel.yaml`, or this folder where the file is below it;
    else the folder that was named around the file, or its own.
    """
    folder = path.parent if path.parent.is_dir() else Path.cwd()
    if workspace is not None or find_project_file(folder.resolve()) is not None:
        return find_place(workspace, folder)
    here = Path.cwd().resolve()
    if folder.resolve().is_relative_to(here):
        return Place(here, None)
    around = [each for each in named if each.is_dir() and path.is_relative_to(each)]
    return Place(max(around, key=lambda each: len(each.parts), default=folder).resolve(), None)


def _is_excluded(path: Path, home: Home) -> bool:
    full = path.resolve()
    if not full.is_relative_to(home.root):
        return False
    relative = full.relative_to(home.root).as_posix()
    return any(fnmatch.fnmatch(relative, glob) for glob in home.project.exclude)


def _suites(path: str, text: str, home: Home) -> Iterator[FoundSuite | Problem]:
    source = parse_source(text)
    found = suites_in(source)
    if found:
        for problem in source.problems:
            yield problem_at(path, source.text, problem.span, problem.message)
    for document in found:
        yield FoundSuite(path, document, home)


def problems_of(suite: FoundSuite) -> list[Problem]:
    """What keeps a suite from being run: mistakes in it, and the lack of its flow."""
    document, text = suite.document, suite.document.source.text
    found = [problem_at(suite.path, text, each.span, each.message) for each in document.problems]
    if not found and document.suite is not None:
        try:
            suite.home.flow(document.suite.namespace, document.suite.flow_id)
        except UnusableFlowError as error:
            span = document.value_span(("flowId",))
            found.append(problem_at(suite.path, text, span, "\n".join(error.lines)))
        except Refused as refusal:
            found.append(problem_at(suite.path, text, document.value_span(("flowId",)), "\n".join(refusal.lines)))
    return found


def problem_at(path: str, text: object, span: Span, message: str) -> Problem:
    """A problem with its place in lines and columns."""
    from tiercel_schemas.source.text import SourceText

    assert isinstance(text, SourceText)
    start, end = text.position(span.start), text.position(span.end)
    line = text.text.splitlines()[start.line] if start.line < len(text.text.splitlines()) else ""
    return Problem(path, start.line + 1, start.column + 1, end.line + 1, end.column + 1, message, line)


def twins(suites: Iterable[FoundSuite]) -> list[Problem]:
    """Suites that another one with the same name comes before: Kestra would keep only one of them."""
    seen: dict[tuple[Path, str], FoundSuite] = {}
    found = []
    for suite in suites:
        first = seen.setdefault((suite.home.root, suite.name), suite)
        if first is not suite:
            span = suite.document.value_span(("id",))
            message = f"another suite is called '{suite.name}', in {first.path}"
            found.append(problem_at(suite.path, suite.document.source.text, span, message))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class FoundCase:
    """A case of a suite, by its number."""

    suite: FoundSuite
    number: int

    @property
    def case_id(self) -> str:
        """The case's own id."""
        document = self.suite.document
        node = dict(document.cases).get(self.number)
        return document.text_of(node, "id") if node is not None else ""

    @property
    def id(self) -> str:
        """What tells it from all cases of the workspace: `company.team.suite/case`."""
        return f"{self.suite.name}/{self.case_id}"

    @property
    def is_disabled(self) -> bool:
        """Whether it is not to run."""
        suite = self.suite.document.suite
        return suite is not None and (suite.disabled or suite.test_cases[self.number].disabled)

    def problem_at(self, span: Span, message: str) -> Problem:
        """A problem at a place of the case's file."""
        return problem_at(self.suite.path, self.suite.document.source.text, span, message)


def cases_of(suite: FoundSuite) -> list[FoundCase]:
    """The cases of a suite in order."""
    return [FoundCase(suite, number) for number, _ in suite.document.cases]


def chosen(cases: Iterable[FoundCase], filters: Iterable[str]) -> list[FoundCase]:
    """The cases whose ids one of the filters fits: as a whole, else as a glob, else as a part; all without filters."""
    known, wanted = list(cases), tuple(filters)
    ids = {case.id for case in known}
    return [case for case in known if not wanted or any(_fits(case, each, ids) for each in wanted)]


def _fits(case: FoundCase, wanted: str, ids: set[str]) -> bool:
    if wanted in ids:
        return case.id == wanted  # `suite/a` is not `suite/ab`.
    if any(sign in wanted for sign in "*?["):
        return any(fnmatch.fnmatch(name.lower(), wanted.lower()) for name in (case.id, case.case_id, case.suite.id))
    return wanted.lower() in case.id.lower()


def near_cases(cases: Iterable[FoundCase], wanted: str) -> list[str]:
    """Ids that a filter which fits nothing may have meant."""
    return difflib.get_close_matches(wanted, [case.id for case in cases], 1, 0.3)
