"""What all requests share: the engine, the history, the flows, and who waits for news."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tiercel_engine.core.records import Execution
from tiercel_engine.runtime import Engine, Surroundings, UnknownExecutionError
from tiercel_engine.store import History, Summary
from tiercel_engine.tasks.services import LocalServices
from tiercel_engine.triggers.service import TriggerService
from tiercel_server.serving.checking import Checker
from tiercel_server.serving.errors import not_found
from tiercel_server.serving.flow_shelf import FlowShelf, ShelvedFlow
from tiercel_server.serving.news import News
from tiercel_server.serving.server_log import ServerLog
from tiercel_server.serving.shapes import whole_execution


@dataclass(slots=True)
class Hub:
    """One for a server; everything in it lives on one event loop."""

    engine: Engine
    shelf: FlowShelf
    history: History
    news: News
    log: ServerLog
    checker: Checker
    triggers: TriggerService
    address: str = ""
    """The URL under which the server is reached, without a slash at the end."""
    closing: bool = False
    left: set[str] = field(default_factory=set)

    @property
    def surroundings(self) -> Surroundings:
        """What executions share."""
        return self.engine.surroundings

    @property
    def services(self) -> LocalServices:
        """Storage, keys, files."""
        return self.engine.surroundings.services

    def masked(self, value: Any) -> Any:
        """Plain data without secrets."""
        return self.services.masker.data(value)

    def flow(self, namespace: str, flow_id: str) -> ShelvedFlow:
        """A flow of the workspace; raises `Refusal` 404."""
        found = self.shelf.all().get((namespace, flow_id))
        if found is None:
            raise not_found(f"Flow '{namespace}.{flow_id}'")
        return found

    def execution(self, execution_id: str) -> Execution:
        """An execution at work, or of the history; raises `Refusal` 404."""
        live = self.engine.lives.get(execution_id)
        if live is not None:
            return live.execution
        found = self.history.execution(execution_id)
        if found is None:
            raise not_found(f"Execution '{execution_id}'")
        return found

    def summary(self, execution_id: str) -> Summary:
        """An execution as lists show it; raises `Refusal` 404."""
        found = self.history.summary(execution_id)
        if found is None:
            raise not_found(f"Execution '{execution_id}'")
        return found

    def shape(self, execution: Execution) -> Mapping[str, Any]:
        """An execution as the API gives it, without secrets."""
        shape: Mapping[str, Any] = self.masked(whole_execution(execution))
        return shape

    def revive(self, execution_id: str) -> Execution:
        """Have an execution at work here, one of the history that waits included; raises `Refusal` 404."""
        try:
            return self.engine.known(execution_id)
        except UnknownExecutionError:
            raise not_found(f"Execution '{execution_id}'") from None

    def take(self, event: Mapping[str, Any]) -> None:
        """An event of the engine: wakes who waits, and lets executions go that have ended."""
        self.news.take(event)
        self.triggers.take(event)
        name = event.get("executionId")
        if event["event"] == "execution.finished" and isinstance(name, str):
            self.left.add(name)
            self.log.write("INFO", "execution ended", execution=name, state=event.get("state"))
        elif event["event"] == "execution.created" and isinstance(name, str):
            flow = f"{event.get('namespace')}.{event.get('flowId')}"
            self.log.write("INFO", "execution created", execution=name, flow=flow)

    def forget_ended(self) -> None:
        """Keep in memory no executions that have ended; the history knows them."""
        left, self.left = self.left, set()
        for name in left:
            self.engine.forget(name)
