"""`http.SseRequest`: a stream of server-sent events read to its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import anyio.to_thread

from tiercel_engine.expressions.json_reading import JsonError, read_json
from tiercel_engine.expressions.texts import json_text
from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.core.http.exchange import exchange, read_options
from tiercel_engine.tasks.properties import as_text, flag, text

MOST_EVENTS = 1_000_000


@task_type("io.kestra.plugin.core.http.SseRequest")
class SseRequest:
    """Reads the events that a server sends until it ends the stream."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri`, `events`, `size` and, with `concatJqExpression`, `result`; raises `TaskFailure`."""
        options = await read_options(context)
        program = await text(context, "concatJqExpression")
        strict = await flag(context, "failedOnMissingJq", default=True)
        events: list[dict[str, Any]] = []
        pieces: list[str] = []
        async with exchange(context, options, accept="text/event-stream") as response:
            async for event in read_events(response.aiter_lines()):
                events.append(event)
                if len(events) > MOST_EVENTS:
                    raise TaskFailure(f"More than {MOST_EVENTS} events")
                if program is not None:
                    # A program that could run away runs in a helper process, for which nobody else should wait.
                    pieces += await anyio.to_thread.run_sync(
                        partial(_pieces, program, event.get("data"), strict=strict)
                    )
            uri = str(response.url)
        context.metric("counter", "size", float(len(events)))
        result = {"result": "".join(pieces)} if program is not None else {}
        return TaskResult({"uri": uri, "events": events, "size": len(events), **result})


@dataclass(slots=True)
class _Event:
    data: list[str] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)

    def take(self, name: str, value: str) -> None:
        if name == "data":
            self.data.append(value)
        elif name == "event":
            self.fields["name"] = value
        elif name == "id" and "\0" not in value:
            self.fields["id"] = value
        elif name == "retry" and value.isascii() and value.isdigit():
            self.fields["retry"] = timedelta(milliseconds=int(value))
        elif name == "":
            self.fields["comment"] = value

    def done(self) -> dict[str, Any] | None:
        if not self.data and not self.fields:
            return None
        return {**({"data": _data("\n".join(self.data))} if self.data else {}), **self.fields}


async def read_events(lines: AsyncIterator[str]) -> AsyncIterator[dict[str, Any]]:
    """The events of a stream's lines: `data` (read where it is JSON), `id`, `name`, `comment`, `retry`."""
    event = _Event()
    async for line in lines:
        if line:
            name, _, value = line.partition(":")
            event.take(name, value.removeprefix(" "))
            continue
        if (done := event.done()) is not None:
            yield done
        event = _Event()
    if (done := event.done()) is not None:
        yield done


def _data(written: str) -> Any:
    try:
        return read_json(written)
    except JsonError:
        return written


def _pieces(program: str, data: Any, *, strict: bool) -> list[str]:
    from tiercel_engine.expressions.budget import Budget
    from tiercel_engine.expressions.jq_programs import JqError, run_jq
    from tiercel_engine.expressions.limits import Limits

    try:
        found = run_jq(program, json_text(data), Budget(Limits()))
    except JqError as error:
        if strict or error.is_syntax:
            raise TaskFailure(f"Failed to resolve JQ expression '{program}': {error}") from error
        return []
    values = [value for value in found if value is not None]
    if strict and not values:
        raise TaskFailure(f"JQ expression '{program}' finds nothing in event data '{as_text(data)}'")
    return [as_text(value) for value in values]
