"""Everything before the first task: the flow checked, its neighbours found, its surroundings put together."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tiercel_engine.core.records import Trigger
from tiercel_engine.core.wishes import WHOLE, Breakpoint, Extent, Fixture
from tiercel_engine.runners import RunnerMode
from tiercel_engine.runtime import DEFAULT_PARALLEL, RunRequest, Surroundings
from tiercel_engine.storage import StorageError
from tiercel_engine.store import History, HistoryError
from tiercel_engine.tasks.preflight import Notice, preflight
from tiercel_engine.tasks.services import LocalServices, local_services
from tiercel_schemas.model import Flow, FlowError
from tiercel_schemas.model.namespace_defaults import with_namespace_defaults
from tiercel_schemas.model.project import STATE_FOLDER, Project, ProjectError, read_project
from tiercel_schemas.source.parser import parse_source
from tiercel_schemas.source.values import TooManyValuesError, plain_value
from tiercel_schemas.versions import KestraVersion
from tiercel_server.cli.prompting import completed_inputs, nobody, terminal
from tiercel_server.cli.running.complaints import Refused
from tiercel_server.cli.running.firing import Firing, fire
from tiercel_server.cli.running.flow_file import STDIN, FlowFile, choose_flow, flow_of, read_flow_file
from tiercel_server.cli.running.mocks import NO_MOCKS, Mocks
from tiercel_server.cli.running.neighbours import Neighbours
from tiercel_server.cli.running.parts import checked_extent, lent, running_tasks
from tiercel_server.cli.running.place import Place, find_place
from tiercel_server.workspace.settings import ProjectFileError, ProjectSettings, read_project_text, read_settings

_SUBFLOW = "io.kestra.plugin.core.flow.Subflow"
_MOST_FINDINGS = 20
_REPLACEABLE = frozenset({"unknown-task-type", "missing-library"})
"""Why a task can't run here, where a stand-in is a way out."""
HISTORY_FILE = "executions.db"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for."""

    flow: str
    flow_id: str | None
    inputs: Mapping[str, Any]
    labels: Mapping[str, str]
    runner: RunnerMode | None
    workspace: Path | None
    max_parallel: int | None
    version: KestraVersion | None
    prompt: bool = False
    """Whether a person in a terminal is asked for required inputs that lack."""
    inputs_file: Path | None = None
    """Where `inputs` come from, in part."""
    mocks: Mocks = NO_MOCKS
    breakpoints: tuple[Breakpoint, ...] = ()
    extent: Extent = WHOLE
    reuse: str | None = None
    """The execution that lends what the extent leaves out: an id, the beginning of one, `last`."""
    context: Path | None = None
    """Variables for a task that runs alone."""
    firing: Firing | None = None
    """The trigger that is to have started it."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run ready to start, and what to say before it."""

    request: RunRequest
    notices: tuple[Notice, ...]
    file: FlowFile
    place: Place
    project: Project
    neighbours: Neighbours


def prepare(wish: Wish) -> Prepared:
    """Read and check everything that a run needs; raises `Refused`."""
    chosen = choose(wish)
    part = asked(wish, chosen.flow)
    flow = part.flow
    tasks = running_tasks(flow, part.extent, part.fixtures)
    surroundings, notices = surround(
        flow, chosen.place.root, chosen.project, wish.runner, wish.max_parallel, chosen.neighbours, tasks
    )
    inputs, labels, cause = part.inputs, wish.labels, part.trigger
    if wish.firing is not None:
        fired = fire(flow, wish.firing, surroundings)
        inputs, labels, cause = {**fired.inputs, **inputs}, {**fired.labels, **labels}, fired.cause
    reuse = _lent(wish, flow, surroundings)
    # An execution that lends its outputs lends its inputs, too.
    asker = terminal if wish.prompt and reuse is None else nobody
    inputs = completed_inputs(flow, inputs, surroundings.services, os.environ, asker)
    notices = (*notices, *_stand_ins(part.fixtures))
    request = RunRequest(
        flow,
        surroundings,
        inputs,
        labels,
        cause,
        fixtures=part.fixtures,
        breakpoints=wish.breakpoints,
        extent=part.extent,
        reuse=reuse,
    )
    return Prepared(request, notices, chosen.file, chosen.place, chosen.project, chosen.neighbours)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The flow that the command line names, checked, in its workspace."""

    file: FlowFile
    flow: Flow
    place: Place
    project: Project
    neighbours: Neighbours


def choose(wish: Wish) -> Chosen:
    """Find the flow and see whether Kestra would run it; raises `Refused`."""
    start = Path(wish.flow).parent if wish.flow != STDIN else wish.workspace or Path.cwd()
    place = find_place(wish.workspace, start)
    settings = read_settings(place.project_file) if place.project_file is not None else ProjectSettings()
    project = project_at(place.project_file)
    file = read_flow_file(wish.flow, settings, wish.version)
    chosen = choose_flow(file, wish.flow_id)
    _stop_on_errors(file)
    flow = _with_defaults(flow_of(file.name, chosen, file.snapshot.kestra_version), project)
    if flow.disabled:
        raise Refused(f"Flow '{flow.id}' is disabled, so Kestra would not run it.", "Remove `disabled: true`.")
    return Chosen(file, flow, place, project, neighbours_in(place.root, flow.version, project))


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a flow is to run, with what: the flow itself, or one of its one task."""

    flow: Flow
    fixtures: tuple[Fixture, ...]
    inputs: Mapping[str, Any]
    trigger: Trigger | None
    extent: Extent


def asked(wish: Wish, flow: Flow) -> Asked:
    """The part of a flow that the command line asks for; raises `Refused`."""
    extent = checked_extent(flow, wish.extent)
    for stop in wish.breakpoints:
        checked_extent(flow, Extent(only=stop.task_id))
    fixtures = wish.mocks.fixtures(flow)
    inputs = {**wish.mocks.inputs, **wish.inputs}
    if wish.context is None or extent.only is None:
        return Asked(flow, fixtures, inputs, None, extent)
    from tiercel_server.cli.running.given_context import alone, read_given

    single = alone(flow, extent.only, read_given(wish.context))
    return Asked(single.flow, (*single.fixtures, *fixtures), {**single.inputs, **inputs}, single.trigger, WHOLE)


def _lent(wish: Wish, flow: Flow, surroundings: Surroundings) -> str | None:
    history = surroundings.history
    if history is None or wish.context is not None:
        return None
    try:
        return lent(history, flow, wish.reuse, wish.extent)
    except Refused:
        history.close()
        raise


def surround(
    flow: Flow,
    root: Path,
    project: Project,
    runner: RunnerMode | None,
    max_parallel: int | None,
    neighbours: Neighbours | None = None,
    tasks: Collection[str] | None = None,
) -> tuple[Surroundings, tuple[Notice, ...]]:
    """What a workspace lends to an execution of a flow, and what to say before it runs.

    `tasks` are those of the flow that may run, None for all. Raises `Refused` when one can't run here.
    """
    known = neighbours or neighbours_in(root, flow.version, project)
    services = services_in(root, project, runner)
    notices = [Notice("WARN", "secret-unreadable", note) for note in services.notes]
    notices += task_notices(flow, known, services, tasks)
    _stop_on_notices(notices)
    surroundings = Surroundings(
        services,
        find_flow=lambda namespace, flow_id: _found(flow, known, namespace, flow_id),
        knows_namespace=lambda name: _is_known(flow, known, name),
        globals=project.globals,
        envs=project.envs,
        history=history_in(root, services),
        max_parallel=max_parallel or project.run.max_parallel or DEFAULT_PARALLEL,
    )
    return surroundings, tuple(notices)


def task_notices(
    flow: Flow, neighbours: Neighbours, services: LocalServices, tasks: Collection[str] | None
) -> list[Notice]:
    """What to say of the tasks that may run, those of subflows too; ERROR for those that can't."""
    flows = list(reached_flows(flow, neighbours, tasks))
    all_notices = preflight(flows, services.runners)
    own = preflight(flows[:1], services.runners)
    kept = [notice for notice in own if tasks is None or notice.task_id is None or notice.task_id in tasks]
    return kept + all_notices[len(own) :]


def _stand_ins(fixtures: Iterable[Fixture]) -> Iterator[Notice]:
    names = ", ".join(f"'{name}'" for name in dict.fromkeys(fixture.task_id for fixture in fixtures))
    if names:
        yield Notice("INFO", "simulated", f"not run, their ends and outputs are given: {names}")


def notice_event(notice: Notice) -> dict[str, Any]:
    """A notice as a line of the event stream."""
    event: dict[str, Any] = {
        "event": "notice",
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "executionId": None,
        "level": notice.level,
        "code": notice.code,
        "message": notice.message,
    }
    if notice.task_id is not None:
        event["taskId"] = notice.task_id
    return event


def project_at(path: Path | None) -> Project:
    """What `tiercel.yaml` says, the defaults where there is none; raises `Refused`."""
    if path is None:
        return Project()
    try:
        source = parse_source(read_project_text(path))
        if source.problems:
            places = [(source.text.position(each.span.start), each) for each in source.problems]
            lines = [f"{path}:{place.line + 1}:{place.column + 1}: error: {each.message}" for place, each in places]
            raise Refused(f"{path} can't be used:", *lines)
        root = source.documents[0].root if source.documents else None
        return read_project(plain_value(root) if root is not None else None)
    except ProjectFileError as error:
        raise Refused(f"{path} can't be read: {error}.") from error
    except TooManyValuesError as error:
        raise Refused(f"{path} can't be used: {error}.") from error
    except ProjectError as error:
        raise Refused(f"{path} can't be used:", *(f"  {problem}" for problem in error.problems)) from error


def services_in(root: Path, project: Project, runner: RunnerMode | None) -> LocalServices:
    """The services of a project, its state kept below `root`; raises `Refused`."""
    state = root / STATE_FOLDER
    try:
        state.mkdir(parents=True, exist_ok=True)
        ignore = state / ".gitignore"
        if not ignore.exists():
            # What a run leaves behind is nobody's source.
            ignore.write_text("*\n", encoding="utf-8")
        return local_services(state, project, root, os.environ, runner)
    except StorageError as error:
        raise Refused(f"{error}.") from error
    except (OSError, UnicodeError) as error:
        raise Refused(f"The folder {state} or the project's secrets can't be used: {error}.") from error


def planned_services(root: Path, project: Project, runner: RunnerMode | None) -> LocalServices:
    """The services that a run would get, for questions only: nothing is made below `root`; raises `Refused`."""
    try:
        return local_services(
            root / STATE_FOLDER, project.model_copy(update={"namespaces": {}}), root, os.environ, runner
        )
    except (OSError, UnicodeError) as error:
        raise Refused(f"The project's secrets can't be used: {error}.") from error


def neighbours_in(root: Path, version: KestraVersion, project: Project) -> Neighbours:
    """The other flows of a workspace as they run, with the plugin defaults of their namespaces."""
    return Neighbours(root, version, project.exclude, lambda flow: with_namespace_defaults(flow, project))


def _with_defaults(flow: Flow, project: Project) -> Flow:
    try:
        return with_namespace_defaults(flow, project)
    except FlowError as error:
        problems = [f"  {problem}" for problem in error.problems]
        raise Refused(f"Flow '{flow.id}' can't run with the plugin defaults of tiercel.yaml:", *problems) from error


def history_in(root: Path, services: LocalServices) -> History:
    """The history kept below `root`, opened; raises `Refused`."""
    path = root / STATE_FOLDER / HISTORY_FILE
    try:
        return History(path, services.masker.data)
    except (HistoryError, OSError) as error:
        raise Refused(f"The history {path} can't be used: {error}.", "Move it away to begin a new one.") from error


def _stop_on_errors(file: FlowFile) -> None:
    from tiercel_server.rules import diagnose
    from tiercel_server.rules.acceptance import refusals

    findings = refusals(diagnose(file.snapshot))
    if not findings:
        return
    lines = []
    for finding in findings[:_MOST_FINDINGS]:
        place = file.snapshot.text.position(finding.span.start)
        lines.append(f"{file.name}:{place.line + 1}:{place.column + 1}: error: {finding.message} [{finding.code}]")
    if len(findings) > _MOST_FINDINGS:
        lines.append(f"… and {len(findings) - _MOST_FINDINGS} more")
    raise Refused(f"{file.name} has errors, so it was not run:", *lines)


def _stop_on_notices(notices: list[Notice]) -> None:
    errors = [notice for notice in notices if notice.level == "ERROR"]
    if not errors:
        return
    lines = [f"  {notice.message}" for notice in errors]
    if name := next((notice.task_id for notice in errors if notice.code in _REPLACEABLE), None):
        lines += [
            "Ways out:",
            f'  --mock {name}=\'{{"key": "value"}}\' lets outputs stand for a task; --fixtures FILE does for many',
            "  --to, --from or --task run a part of the flow without it; so does `disabled: true`",
            "  a Kestra server runs what is not made for this machine",
        ]
    raise Refused("The flow was not run:", *lines, events=[notice_event(notice) for notice in notices])


def _found(flow: Flow, neighbours: Neighbours, namespace: str, flow_id: str) -> Flow | None:
    if (namespace, flow_id) == (flow.namespace, flow.id):
        return flow
    return neighbours.find(namespace, flow_id)


def _is_known(flow: Flow, neighbours: Neighbours, name: str) -> bool:
    spaces = {flow.namespace, *(namespace for namespace, _ in neighbours.all())}
    return any(f"{each}.".startswith(f"{name}.") for each in spaces)


def reached_flows(flow: Flow, neighbours: Neighbours, tasks: Collection[str] | None = None) -> Iterator[Flow]:
    """The flow and those that its Subflow tasks name outright, and theirs; of its own only `tasks` count."""
    seen = {(flow.namespace, flow.id)}
    queue = [flow]
    while queue:
        current = queue.pop(0)
        yield current
        for task in current.all_tasks():
            if task.type != _SUBFLOW or task.disabled:
                continue
            if current is flow and tasks is not None and task.id not in tasks:
                continue
            target = (str(task.properties.get("namespace")), str(task.properties.get("flowId")))
            if target in seen or any("{{" in part for part in target):
                continue
            seen.add(target)
            called = neighbours.find(*target)
            if called is not None:
                queue.append(called)
