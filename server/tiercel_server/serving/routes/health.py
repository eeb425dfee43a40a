"""Whether the server is well, and what it is."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tiercel_schemas import __version__
from tiercel_server.serving.hub import Hub


def routes(hub: Hub) -> list[BaseRoute]:
    """Health, and the configuration that clients ask for first."""

    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "DOWN" if hub.closing else "UP"}, 503 if hub.closing else 200)

    async def configs(_request: Request) -> Response:
        return JSONResponse(
            {"version": f"{hub.checker.version} (tiercel {__version__})", "edition": "OSS", "tenant": "main"}
        )

    return [
        Route("/health", health),
        Route("/health/liveness", health),
        Route("/health/readiness", health),
        Route("/api/v1/configs", configs),
    ]
