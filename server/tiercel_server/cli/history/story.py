"""What the history tells of an execution, as lines of the event stream (`docs/events.md`)."""

from __future__ import annotations

from typing import Any

from tiercel_engine.core.api_shape import execution_json, iso
from tiercel_engine.core.decide import decide
from tiercel_engine.core.effects import Report
from tiercel_engine.core.events import ExecutionCreated
from tiercel_engine.core.records import Execution
from tiercel_engine.runtime.creation import CORRELATION
from tiercel_engine.runtime.jsonable import jsonable
from tiercel_engine.store import History, Search, Summary

Line = dict[str, Any]


class Story:
    """One execution, read as far as it has come. `execution` is None until its first event was read."""

    def __init__(self, history: History, execution_id: str) -> None:
        self.id = execution_id
        self.execution: Execution | None = None
        self._history = history
        self._events = 0
        self._logs = 0

    @property
    def known(self) -> Execution:
        """The execution; raises LookupError before anything was read."""
        if self.execution is None:
            raise LookupError(f"nothing is known of execution {self.id}")
        return self.execution

    def read_on(self) -> list[Line]:
        """What has been added since the last call: the lines of the stream but for its ends, in order of time."""
        # Logs first: what they belong to has then been written, too.
        lines = list(self._history.lines(self.id, skip=self._logs))
        self._logs += len(lines)
        for event in self._history.events(self.id, skip=self._events):
            self._events += 1
            self.execution, effects = decide(self.execution, event)
            head = {"time": iso(event.time), "executionId": self.id}
            lines += [
                {"event": effect.kind, **head, **jsonable(effect.data)}
                for effect in effects
                if isinstance(effect, Report)
            ]
        return _in_order(lines)


class Family:
    """An execution with those that it started: iterations of Loops, subflows, new executions of retries."""

    def __init__(self, history: History, execution_id: str) -> None:
        self.main = Story(history, execution_id)
        self.stories = {execution_id: self.main}
        self._history = history
        self._strangers: set[str] = set()

    def read_on(self) -> list[Line]:
        """What has been added to any of them since the last call, in order of time."""
        lines = self.main.read_on()
        for summary in self._correlated():
            if summary.id not in self.stories and summary.id not in self._strangers:
                self._place(summary)
        for story in self.stories.values():
            if story is not self.main:
                lines += story.read_on()
        return _in_order(lines)

    @property
    def at_work(self) -> bool:
        """Whether there may be more to read, as far as is known."""
        for story in self.stories.values():
            if story.execution is None or not story.execution.sealed:
                summary = self._history.summary(story.id)
                if summary is not None and not summary.interrupted:
                    return True
        return False

    def _correlated(self) -> list[Summary]:
        correlation = dict(self.main.known.labels).get(CORRELATION)
        if correlation is None:
            return []
        search = Search(
            labels={CORRELATION: correlation}, since=iso(self.main.known.start_date), with_children=True, limit=-1
        )
        return self._history.find(search)[::-1]

    def _place(self, summary: Summary) -> None:
        caller = summary.parent_id or caller_of(self._history, summary.id)
        if caller in self.stories:
            self.stories[summary.id] = Story(self._history, summary.id)
        else:
            self._strangers.add(summary.id)


def finished_line(execution: Execution) -> Line:
    """The line that says that an execution has ended."""
    data = {"state": execution.state.value, "execution": jsonable(execution_json(execution))}
    time = iso(execution.history[-1].date)
    return {"event": "execution.finished", "time": time, "executionId": execution.id, **data}


def caller_of(history: History, execution_id: str) -> str | None:
    """The execution with the task that called this one as a subflow; None when none did."""
    first = next(history.events(execution_id), None)
    if not isinstance(first, ExecutionCreated) or first.trigger is None:
        return None
    variables = first.trigger.variables
    return str(variables["executionId"]) if {"executionId", "taskRunId"} <= set(variables) else None


def _in_order(lines: list[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: str(line["time"]))
