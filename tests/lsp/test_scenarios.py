"""Scenarios of authors over standard input and output, with a client that knows only the bare protocol."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lsp.plain_client import CLIENTS, PlainClient
from tests.lsp.scenario_steps import Stage, perform

FOLDER = Path(__file__).parent / "scenarios"


def _scenarios() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.yaml")):
        for scenario in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield pytest.param(scenario, id=f"{path.stem}: {scenario['name']}")


class Servers:
    """A server for each kind of client, whose folders change from scenario to scenario."""

    def __init__(self, root: Path) -> None:
        self._root, self._running = root, dict[str, PlainClient]()

    def of(self, kind: str) -> PlainClient:
        if kind not in self._running:
            folder = self._root / f"first-{kind}"
            folder.mkdir(exist_ok=True)
            self._running[kind] = PlainClient(CLIENTS[kind], folder)
            self._folders(self._running[kind], removed=[folder])
        return self._running[kind]

    def _folders(self, client: PlainClient, **changed: list[Path]) -> None:
        event = {
            side: [{"uri": each.as_uri(), "name": each.name} for each in changed.get(side, ())]
            for side in ("added", "removed")
        }
        client.notify("workspace/didChangeWorkspaceFolders", {"event": event})

    def enter(self, client: PlainClient, folders: list[Path]) -> None:
        self._folders(client, added=folders)

    def go(self, client: PlainClient, folders: list[Path]) -> None:
        self._folders(client, removed=folders)

    def leave(self) -> dict[str, str]:
        return {kind: client.leave() for kind, client in self._running.items()}


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    running = Servers(tmp_path_factory.mktemp("clients"))
    yield running
    logs = running.leave()
    # One scenario sends what can't be read, and the log says so.
    lines = [line for log in logs.values() for line in log.splitlines() if "Refused an unreadable" not in line]
    assert not lines, logs


@pytest.mark.parametrize("scenario", _scenarios())
def test_scenario(scenario: dict[str, Any], servers: Servers, tmp_path: Path) -> None:
    client = servers.of(scenario.get("client", "full"))
    files = scenario.get("files") or {scenario.get("called", "flow.yaml"): scenario["text"]}
    if scenario.get("line_ends") == "windows":
        files = {name: text.replace("\n", "\r\n") for name, text in files.items()}
    folders = [tmp_path / each for each in scenario.get("roots", [""])]
    for each in folders:
        each.mkdir(parents=True, exist_ok=True)
    # Files are written before the folder is told of, as they are where an editor opens one.
    stage = Stage(client, tmp_path, files, ())
    servers.enter(client, folders)
    try:
        for name in scenario.get("open", files):
            stage.open(name)
        for number, step in enumerate(scenario["steps"], 1):
            try:
                perform(stage, step)
            except AssertionError as error:
                raise AssertionError(f"step {number} ({next(iter(step))}): {error}") from None
    finally:
        stage.close()
        servers.go(client, folders)
