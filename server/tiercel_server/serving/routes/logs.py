"""The logs of an execution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from tiercel_server.serving.errors import Refusal
from tiercel_server.serving.hub import Hub
from tiercel_server.serving.shapes import log_shape

_LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR")
_MOST = 10_000
"""Entries in one answer; `download` and `follow` give all."""


def routes(hub: Hub) -> list[BaseRoute]:
    """As a list, and as a text."""

    async def listed(request: Request) -> Response:
        return JSONResponse([shape for shape, _ in zip(_entries(hub, request), range(_MOST), strict=False)])

    async def download(request: Request) -> Response:
        lines = [
            f"{each['timestamp']} {each.get('level', ''):<5} {each.get('message', '')}\n"
            for each in _entries(hub, request)
        ]
        return PlainTextResponse("".join(lines))

    return [
        Route("/api/v1/main/logs/{execution_id}/download", download),
        Route("/api/v1/main/logs/{execution_id}", listed),
    ]


def least_of(request: Request) -> str | None:
    """The least level that is asked for; raises `Refusal` 422."""
    asked = request.query_params
    level = asked.get("minLevel") or asked.get("filters[level][GREATER_THAN_OR_EQUAL_TO]")
    if level is not None and level.upper() not in _LEVELS:
        raise Refusal(422, f"'{level[:80]}' is no level")
    return level.upper() if level is not None else None


def takes(line: Mapping[str, Any], least: str | None) -> bool:
    """Whether an entry is not below a level."""
    return least is None or _LEVELS.index(str(line.get("level", "INFO"))) >= _LEVELS.index(least)


def _entries(hub: Hub, request: Request) -> Iterator[dict[str, Any]]:
    summary = hub.summary(request.path_params["execution_id"])
    least = least_of(request)
    task_run, task = request.query_params.get("taskRunId"), request.query_params.get("taskId")
    for line in hub.history.lines(summary.id):
        if task_run is not None and line.get("taskRunId") != task_run:
            continue
        if task is not None and line.get("taskId") != task:
            continue
        if takes(line, least):
            yield log_shape((summary.namespace, summary.flow_id), line)
