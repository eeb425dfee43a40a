"""Executions: one, many, their files; and away with them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tiercel_engine.store import Search
from tiercel_server.serving.bodies import number
from tiercel_server.serving.errors import Refusal
from tiercel_server.serving.filters import search_of
from tiercel_server.serving.hub import Hub
from tiercel_server.serving.shapes import listed_execution, page_of

_DEEPEST = 100_000
"""How far into a list one may ask."""
BASE = "/api/v1/main/executions"


def routes(hub: Hub) -> list[BaseRoute]:
    """Reading and deleting."""

    async def search(request: Request) -> Response:
        page, size = number(request, "page", 1, _DEEPEST), number(request, "size", 10, 500)
        if page * size > _DEEPEST:
            raise Refusal(422, f"No more than {_DEEPEST} results can be paged through")
        wanted = search_of(request, page * size)
        return JSONResponse(_page(hub, wanted, (page - 1) * size))

    async def one(request: Request) -> Response:
        return JSONResponse(hub.shape(hub.execution(request.path_params["execution_id"])))

    async def latest(request: Request) -> Response:
        asked = request.query_params
        found = hub.history.find(Search(asked.get("namespace"), asked.get("flowId"), limit=1))
        if not found:
            raise Refusal(404, "No execution yet")
        return JSONResponse(hub.shape(hub.execution(found[0].id)))

    async def flow_of(request: Request) -> Response:
        execution = hub.execution(request.path_params["execution_id"])
        source = hub.masked(dict(execution.flow.source))
        return JSONResponse({**source, "revision": execution.flow.revision or 1, "disabled": False, "deleted": False})

    async def remove(request: Request) -> Response:
        summary = hub.summary(request.path_params["execution_id"])
        if not summary.finished:
            raise Refusal(409, f"Execution '{summary.id}' has not ended: it is {summary.state}")
        hub.engine.forget(summary.id)
        hub.history.remove(summary.id)
        return Response(status_code=204)

    return [
        Route(f"{BASE}/search", search),
        Route(BASE, search),
        Route(f"{BASE}/latest", latest),
        Route(f"{BASE}/{{execution_id}}", one),
        Route(f"{BASE}/{{execution_id}}", remove, methods=["DELETE"]),
        Route(f"{BASE}/{{execution_id}}/flow", flow_of),
    ]


def _page(hub: Hub, wanted: Search, skip: int) -> dict[str, object]:
    found = hub.history.find(wanted)[skip:]
    return page_of([listed_execution(each) for each in found], hub.history.count(wanted))
