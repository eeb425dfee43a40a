"""The page that shows executions: three files, no build, nothing from elsewhere."""

from __future__ import annotations

from importlib.resources import files

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from tiercel_server.serving.errors import not_found
from tiercel_server.serving.hub import Hub

_TYPES = {
    "index.html": "text/html; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "wire.js": "text/javascript; charset=utf-8",
    "list.js": "text/javascript; charset=utf-8",
    "execution.js": "text/javascript; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
}


def routes(_hub: Hub) -> list[BaseRoute]:
    """The page and what it consists of."""
    folder = files("tiercel_server.serving") / "page"

    async def asset(request: Request) -> Response:
        name = request.path_params.get("name") or "index.html"
        if name not in _TYPES:
            raise not_found("Page")
        return Response((folder / name).read_bytes(), media_type=_TYPES[name])

    async def root(_request: Request) -> Response:
        return RedirectResponse("/ui/")

    return [Route("/", root), Route("/ui", root), Route("/ui/", asset), Route("/ui/{name}", asset)]
