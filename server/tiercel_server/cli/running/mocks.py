"""Stand-ins for tasks, as `--mock` and `--fixtures` give them: the task does not run, its outputs are there at once."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tiercel_engine.core.states import State
from tiercel_engine.core.wishes import Fixture
from tiercel_schemas.model import Flow
from tiercel_schemas.model.aliases import canonical_type
from tiercel_server.cli.running.complaints import Refused

_NAME = re.compile(r"(?P<task>[A-Za-z0-9][\w.$-]*)(?:\[(?P<value>.*)\])?", re.DOTALL)
_EXAMPLE = """Examples: --mock fetch='{"code": 200}', --mock fetch=outputs.json, --mock fetch=FAILED"""
_KEYS = frozenset({"id", "value", "state", "outputs", "description", "assets"})


@dataclass(frozen=True, slots=True)
class Mock:
    """A stand-in for the tasks of an id or, where `name` has dots, of a type."""

    name: str
    value: str | None = None
    state: State = State.SUCCESS
    outputs: Mapping[str, Any] = field(default_factory=dict)
    every: bool = False
    """For every value of a loop of 1.3 too; a fixture of Kestra's without a value is for runs without one."""

    @property
    def is_type(self) -> bool:
        """Whether it names a type: ids of tasks have no dots."""
        return "." in self.name


@dataclass(frozen=True, slots=True)
class Mocks:
    """All stand-ins of a run; later ones come before earlier ones. `inputs` come with a file of fixtures."""

    mocks: tuple[Mock, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    """Where they were read from."""

    def fixtures(self, flow: Flow) -> tuple[Fixture, ...]:
        """The stand-ins for tasks of a flow; raises `Refused` for those that are for none of its tasks."""
        found: dict[tuple[str, str | None], Fixture] = {}
        tasks = list(flow.all_tasks())
        # What names a task comes before what names its type.
        for mock in sorted(self.mocks, key=lambda mock: not mock.is_type):
            wanted = canonical_type(mock.name)
            ids = [task.id for task in tasks if wanted == task.type] if mock.is_type else [mock.name]
            if not ids or (not mock.is_type and mock.name not in {task.id for task in tasks}):
                raise _unknown(mock, flow)
            for task_id in ids:
                found[task_id, mock.value] = Fixture(task_id, mock.value, mock.state, mock.outputs, mock.every)
        return tuple(found.values())


NO_MOCKS = Mocks()


def given_mocks(pairs: Iterable[str], files: Iterable[Path]) -> Mocks:
    """The stand-ins of `--fixtures` and, above them, those of `--mock`; raises `Refused`."""
    mocks: list[Mock] = []
    inputs: dict[str, Any] = {}
    read: list[Path] = []
    for path in files:
        own, more = _fixtures_in(path)
        mocks += own
        inputs |= more
        read.append(path)
    for pair in pairs:
        mock, file = _given(pair)
        mocks.append(mock)
        if file is not None:
            read.append(file)
    return Mocks(tuple(mocks), inputs, tuple(read))


def _given(pair: str) -> tuple[Mock, Path | None]:
    written, separator, text = pair.partition("=")
    match = _NAME.fullmatch(written)
    if not separator or match is None or not text:
        raise Refused(f"'--mock {pair}' is no TASK=OUTPUTS.", _EXAMPLE)
    state = State.SUCCESS
    head, colon, rest = text.partition(":")
    if head.upper() in State.__members__:
        state, text = _state(head, f"--mock {written}"), rest if colon else "{}"
    if text.lstrip().startswith("{"):
        try:
            outputs, file = json.loads(text), None
        except ValueError as error:
            raise Refused(f"The outputs of '--mock {written}' are no JSON: {error}.", _EXAMPLE) from error
    else:
        file = Path(text)
        outputs = _map_in(file, f"--mock {written}")
    return Mock(match["task"], match["value"], state, outputs, every=match["value"] is None), file


def _fixtures_in(path: Path) -> tuple[list[Mock], Mapping[str, Any]]:
    """The `tasks` and `inputs` of a file in the form of `fixtures` in Kestra's flow unit tests."""
    content = _map_in(path, "--fixtures")
    if unknown := sorted(set(content) - {"inputs", "tasks"}):
        raise Refused(
            f"{path} has '{unknown[0]}', which means nothing in a file of fixtures.",
            "It holds `tasks`, a list of {id, outputs, state, value}, and `inputs`, a map.",
        )
    inputs, tasks = content.get("inputs") or {}, content.get("tasks") or []
    if not isinstance(inputs, Mapping) or not isinstance(tasks, list):
        raise Refused(f"{path}: `inputs` must be a map and `tasks` a list.")
    return [_fixture_of(path, entry) for entry in tasks], inputs


def _fixture_of(path: Path, entry: Any) -> Mock:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("id"), str) or not set(entry) <= _KEYS:
        raise Refused(f"{path}: each of `tasks` must be a map with `id`, and may have `outputs`, `state` and `value`.")
    outputs = entry.get("outputs") or {}
    if not isinstance(outputs, Mapping):
        raise Refused(f"{path}: the `outputs` of '{entry['id']}' must be a map.")
    value = entry.get("value")
    state = _state(str(entry.get("state") or State.SUCCESS), f"{path}: '{entry['id']}'")
    return Mock(entry["id"], str(value) if value is not None else None, state, outputs)


def _state(name: str, where: str) -> State:
    state = State.__members__.get(name.upper())
    if state is None or not state.terminated:
        ends = ", ".join(each for each in State if each.terminated)
        raise Refused(f"{where}: '{name}' is no state that a task ends in.", f"Such states are {ends}.")
    return state


def _map_in(path: Path, option: str) -> Mapping[str, Any]:
    from tiercel_engine.expressions.yaml_reading import YamlError
    from tiercel_engine.expressions.yaml_unfolding import read_unfolded

    try:
        # JSON is YAML as well, so one reader serves both.
        value = read_unfolded(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise Refused(f"{option}: there is no file {path}.", _EXAMPLE) from None
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{option}: {path} can't be read: {getattr(error, 'strerror', None) or error}.") from error
    except YamlError as error:
        raise Refused(f"{option}: {path} is neither YAML nor JSON:", *str(error).splitlines()) from error
    if not isinstance(value, Mapping):
        raise Refused(f"{option}: {path} must hold a map.", _EXAMPLE)
    return value


def _unknown(mock: Mock, flow: Flow) -> Refused:
    known = (
        sorted({task.written_type for task in flow.all_tasks()})
        if mock.is_type
        else [task.id for task in flow.all_tasks()]
    )
    near = difflib.get_close_matches(mock.name, known, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    what = "of type" if mock.is_type else "named"
    return Refused(f"Flow '{flow.id}' has no task {what} '{mock.name}' to mock.{hint}")
