"""Executions and their logs as they come: server-sent events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from tiercel_server.serving.hub import Hub
from tiercel_server.serving.routes.logs import least_of, takes
from tiercel_server.serving.shapes import log_shape

_BEAT = 10.0
"""Seconds after which a silent stream says that it lives, so that one without a reader is noticed."""
_MOST_AT_ONCE = 500


def routes(hub: Hub) -> list[BaseRoute]:
    """Following an execution, and following its logs."""

    async def execution(request: Request) -> Response:
        execution_id = request.path_params["execution_id"]
        hub.execution(execution_id)
        return _stream(_states(hub, execution_id))

    async def logs(request: Request) -> Response:
        execution_id = request.path_params["execution_id"]
        hub.summary(execution_id)
        return _stream(_lines(hub, execution_id, least_of(request)))

    return [
        Route("/api/v1/main/executions/{execution_id}/follow", execution),
        Route("/api/v1/main/logs/{execution_id}/follow", logs),
    ]


def _stream(chunks: AsyncIterator[str]) -> Response:
    return StreamingResponse(chunks, media_type="text/event-stream", headers={"x-accel-buffering": "no"})


def _event(name: str, data: Mapping[str, Any]) -> str:
    return f"id: {name}\nevent: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


async def _states(hub: Hub, execution_id: str) -> AsyncIterator[str]:
    """The whole execution whenever something has changed; who reads slowly misses what is between."""
    with hub.news.of(execution_id) as listener:
        while not hub.closing:
            found = hub.execution(execution_id)
            if found.sealed:
                yield _event("end", hub.shape(found))
                return
            yield _event("progress", hub.shape(found))
            while not await listener.news(_BEAT):
                yield ": still here\n\n"


async def _lines(hub: Hub, execution_id: str, least: str | None) -> AsyncIterator[str]:
    """Every log entry from the first on, read from the history, so that nothing waits in memory."""
    told = 0
    with hub.news.of(execution_id) as listener:
        while not hub.closing:
            summary = hub.summary(execution_id)
            lines = []
            for line in hub.history.lines(execution_id, skip=told):
                lines.append(line)
                if len(lines) == _MOST_AT_ONCE:
                    break
            told += len(lines)
            for line in lines:
                if takes(line, least):
                    yield _event("progress", log_shape((summary.namespace, summary.flow_id), line))
            if lines:
                continue
            if summary.finished:
                yield ": the end\n\n"
                return
            while not await listener.news(_BEAT):
                yield ": still here\n\n"
