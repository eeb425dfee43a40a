"""Triggers at work under a clock that the test moves: every process of the story is an engine on the same history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import anyio

from tiercel_engine.core.records import Execution
from tiercel_engine.runtime import Engine, Surroundings
from tiercel_engine.runtime.continuing import continue_left_behind
from tiercel_engine.store import History, Search
from tiercel_engine.tasks.services import local_services
from tiercel_engine.triggers.service import TriggerService
from tiercel_schemas.model import Flow, read_flow
from tiercel_schemas.model.project import Project
from tiercel_schemas.versions import KestraVersion

NAMESPACE = "company.team"
TASKS = [{"id": "say", "type": "io.kestra.plugin.core.debug.Return", "format": "done"}]
PREFIX = "io.kestra.plugin.core.trigger."


def flow_of(written: Mapping[str, Any]) -> Flow:
    """A flow in short: triggers get an id and the package of their type, tasks are there."""
    triggers = []
    for number, each in enumerate(written.get("triggers") or ()):
        kind = each["type"] if "." in each["type"] else PREFIX + each["type"]
        triggers.append({"id": f"t{number}", **each, "type": kind})
    value = {"namespace": NAMESPACE, "tasks": TASKS, **written, "triggers": triggers}
    version = KestraVersion(value.pop("version", "2.0"))
    return read_flow(value, version)


@dataclass
class Clock:
    """Shows what it is told."""

    moment: datetime

    def __call__(self) -> datetime:
        return self.moment


Act = Callable[[Engine, TriggerService], None]


@dataclass
class Story:
    """A workspace's folder, its flows and its clock."""

    folder: Path
    flows: list[Flow]
    clock: Clock
    acts: list[tuple[datetime, Act]] = field(default_factory=list)
    said: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)

    async def process(self, end: datetime) -> None:
        """One process, from now until `end` by the clock; what runs then is cut off."""
        history = History(self.folder / ".tiercel" / "executions.db")
        services = local_services(self.folder / ".tiercel", Project(), self.folder, {})
        around = Surroundings(
            services,
            history=history,
            clock=self.clock,
            listening=lambda: service.listening(),  # noqa: PLW0108  (it comes later)
            find_flow=lambda namespace, name: next(
                (f for f in self.flows if (f.namespace, f.id) == (namespace, name)), None
            ),
        )
        async with Engine(around, lambda event: service.take(event)) as engine:  # noqa: PLW0108
            service = TriggerService(
                engine,
                history,
                lambda: self.flows,
                say=lambda level, text, **more: self.said.append((level, text, more)),
            )
            continue_left_behind(engine, history.left_behind())
            while True:
                due = await settled(engine, service)
                acts = [moment for moment, _ in self.acts]
                following = min(
                    (moment for moment in (due, *acts) if moment is not None and moment > self.clock.moment),
                    default=end,
                )
                if following >= end:
                    break
                self.clock.moment = following
                for act in [act for moment, act in self.acts if moment == following]:
                    act(engine, service)
                self.acts = [(moment, act) for moment, act in self.acts if moment != following]
        history.close()
        self.clock.moment = end

    def executions(self) -> list[Execution]:
        """Every execution of the history, the oldest first."""
        history = History(self.folder / ".tiercel" / "executions.db")
        found = [history.execution(each.id) for each in reversed(history.find(Search(limit=100_000)))]
        history.close()
        return [each for each in found if each is not None]


async def settled(engine: Engine, service: TriggerService) -> datetime | None:
    """Step until nothing more follows at this moment; when the next thing is due."""
    while True:
        due = service.step()
        before = engine.surroundings.history.count(Search(limit=1))
        while at_work(engine.lives.values()) or service._polling:  # noqa: ASYNC110
            await anyio.sleep(0.001)
        due = service.step()
        if engine.surroundings.history.count(Search(limit=1)) == before and not at_work(engine.lives.values()):
            return due


def at_work(lives: Iterable[Any]) -> bool:
    """Whether an execution is neither finished nor waits for a person."""
    return any(not live.finished.is_set() and live.execution.state.value not in {"PAUSED", "CREATED"} for live in lives)
