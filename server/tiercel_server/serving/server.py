"""The server at work: engine, triggers and HTTP on one event loop, until it is told to stop."""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import anyio
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tiercel_engine.runtime import Engine, Surroundings
from tiercel_engine.runtime.continuing import continue_left_behind
from tiercel_engine.store import History
from tiercel_engine.triggers.service import TriggerService
from tiercel_server.serving.checking import Checker
from tiercel_server.serving.errors import Refusal, error_body
from tiercel_server.serving.flow_shelf import FlowShelf
from tiercel_server.serving.guard import Doorkeeping, Guard
from tiercel_server.serving.hub import Hub
from tiercel_server.serving.news import News
from tiercel_server.serving.protocol import with_patience
from tiercel_server.serving.routes import all_routes
from tiercel_server.serving.server_log import LogLines, ServerLog

_MOST_CONNECTIONS = 512
_LOOK = 1.0
"""Seconds between two looks at the files of the workspace."""


@dataclass(frozen=True, slots=True)
class Served:
    """What is served."""

    shelf: FlowShelf
    surroundings: Surroundings
    history: History
    checker: Checker
    log: ServerLog


@dataclass(frozen=True, slots=True)
class Manner:
    """How it is served. `grace`: seconds that executions at work get when the server is told to stop."""

    doors: Doorkeeping
    address: str
    patience: float = 15.0
    grace: float = 10.0
    with_triggers: bool = True


class _Server(uvicorn.Server):
    """Leaves signals to us, where a loop can be told of them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        if sys.platform == "win32":
            with super().capture_signals():
                yield
        else:
            yield


def open_socket(host: str, port: int) -> socket.socket:
    """A socket that listens there; raises `OSError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen(_MOST_CONNECTIONS)
    except OSError:
        found.close()
        raise
    return found


def application(hub: Hub, doors: Doorkeeping) -> Guard:
    """The ASGI application."""

    async def refused(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        return JSONResponse(error_body(error.message), error.status)

    async def strange(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        headers = dict(error.headers or {})
        return JSONResponse(error_body(str(error.detail)), error.status_code, headers)

    handlers: dict[Any, Any] = {Refusal: refused, HTTPException: strange}
    app = Starlette(routes=all_routes(hub), exception_handlers=handlers)
    app.router.redirect_slashes = False
    return Guard(app, doors, hub.log)


async def serve(served: Served, manner: Manner, listening: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT; a second one leaves at once. Executions at work go on at the next start."""
    shelf = served.shelf
    hubs: list[Hub] = []
    surroundings = replace(
        served.surroundings,
        find_flow=shelf.find,
        listening=lambda: hubs[0].triggers.listening() if hubs else (),
    )
    async with Engine(surroundings, lambda event: hubs[0].take(event)) as engine:  # noqa: PLW0108  (it comes later)
        triggers = TriggerService(
            engine, served.history, lambda: [each.flow for each in shelf.all().values()], say=served.log.write
        )
        hub = Hub(engine, shelf, served.history, News(), served.log, served.checker, triggers, manner.address)
        hubs.append(hub)
        taken = continue_left_behind(engine, served.history.left_behind())
        if taken:
            served.log.write("INFO", "executions go on that were cut off", count=len(taken))
        logging.getLogger("uvicorn").handlers = [LogLines(served.log)]
        logging.getLogger("uvicorn").propagate = False
        server = _Server(_config(hub, manner))
        async with anyio.create_task_group() as group:
            group.start_soon(_watch, hub)
            if manner.with_triggers:
                group.start_soon(triggers.run)
            if sys.platform != "win32":
                group.start_soon(_heed_signals, hub, server)
            await server.serve(sockets=[listening])
            hub.closing = True
            group.cancel_scope.cancel()
        with anyio.move_on_after(manner.grace):
            # What waits for a person or a date waits on at the next start.
            while any(live.tasks for live in engine.lives.values()):  # noqa: ASYNC110
                await anyio.sleep(0.05)
    served.log.write("INFO", "stopped")


def _config(hub: Hub, manner: Manner) -> uvicorn.Config:
    return uvicorn.Config(
        application(hub, manner.doors),
        http=with_patience(manner.patience),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=5,
        h11_max_incomplete_event_size=32_000,
    )


async def _heed_signals(hub: Hub, server: uvicorn.Server) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            if hub.closing:
                server.force_exit = True
            hub.closing = True
            hub.news.ring_all()
            hub.log.write("INFO", "stopping")
            server.should_exit = True


async def _watch(hub: Hub) -> None:
    """Read flows again when their files change, and let executions go that have ended."""
    tell_unreadable(hub)
    while True:
        await anyio.sleep(_LOOK)
        hub.forget_ended()
        if hub.shelf.refresh():
            hub.log.write("INFO", "flows read again", flows=len(hub.shelf.all()))
            tell_unreadable(hub)
            hub.triggers.look_again()


def tell_unreadable(hub: Hub) -> None:
    """Say which flows of the workspace can't run."""
    for each in hub.shelf.unreadable():
        hub.log.write("WARN", "a flow can't run", flow=each.name, file=str(each.path), problem=each.problem)
