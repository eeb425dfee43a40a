"""Flows: listed, read, deployed, taken away. They are files of the workspace; what is deployed is written there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tiercel_server.serving.bodies import JSON_TYPES, YAML_TYPES, content_type, flag, json_of, number, text_of
from tiercel_server.serving.errors import Refusal
from tiercel_server.serving.flow_shelf import Name, ShelvedFlow, documents_of
from tiercel_server.serving.hub import Hub
from tiercel_server.serving.shapes import flow_shape, page_of

BASE = "/api/v1/main/flows"
_ID = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}")
_NAMESPACE = re.compile(r"[a-z0-9][a-z0-9._-]{0,149}")


def routes(hub: Hub) -> list[BaseRoute]:
    """Reading, creating, updating, deleting."""

    async def search(request: Request) -> Response:
        page, size = number(request, "page", 1, 100_000), number(request, "size", 10, 500)
        found = [each for each in _sorted(hub) if _wanted(each, request)]
        shown = found[(page - 1) * size : page * size]
        return JSONResponse(page_of([flow_shape(each, source=False) for each in shown], len(found)))

    async def namespaces(request: Request) -> Response:
        asked = request.query_params.get("q", "").lower()
        names = sorted({name for name, _ in hub.shelf.all() if asked in name.lower()})
        return JSONResponse(names)

    async def of_namespace(request: Request) -> Response:
        namespace = request.path_params["namespace"]
        return JSONResponse([flow_shape(each, source=False) for each in _sorted(hub) if each.name[0] == namespace])

    async def one(request: Request) -> Response:
        found = hub.flow(request.path_params["namespace"], request.path_params["flow_id"])
        revision = request.query_params.get("revision")
        if revision is not None and revision != str(found.flow.revision or 1):
            raise Refusal(404, f"Revision {revision[:20]} of the flow is not known here")
        return JSONResponse(flow_shape(found, source=flag(request, "source")))

    async def create(request: Request) -> Response:
        name, text = await _deployed(request)
        if name in hub.shelf.all():
            raise Refusal(422, f"Invalid entity: flow.id: Flow id already exists: {name[0]}.{name[1]}")
        return JSONResponse(flow_shape(_kept(hub, name, text), source=True))

    async def update(request: Request) -> Response:
        known = hub.flow(request.path_params["namespace"], request.path_params["flow_id"])
        name, text = await _deployed(request)
        if name != known.name:
            raise Refusal(422, "Invalid entity: the id and the namespace of a flow can't be changed")
        return JSONResponse(flow_shape(_kept(hub, name, text), source=True))

    async def remove(request: Request) -> Response:
        known = hub.flow(request.path_params["namespace"], request.path_params["flow_id"])
        hub.shelf.remove(known.name)
        return Response(status_code=204)

    async def replace(request: Request) -> Response:
        return JSONResponse(await _replaced(hub, request, request.path_params.get("namespace")))

    return [
        Route(f"{BASE}/search", search),
        Route(f"{BASE}/distinct-namespaces", namespaces),
        Route(f"{BASE}/bulk", replace, methods=["POST"]),
        Route(BASE, create, methods=["POST"]),
        Route(f"{BASE}/{{namespace}}", of_namespace),
        Route(f"{BASE}/{{namespace}}", replace, methods=["POST"]),
        Route(f"{BASE}/{{namespace}}/{{flow_id}}", one),
        Route(f"{BASE}/{{namespace}}/{{flow_id}}", update, methods=["PUT"]),
        Route(f"{BASE}/{{namespace}}/{{flow_id}}", remove, methods=["DELETE"]),
    ]


def _sorted(hub: Hub) -> list[ShelvedFlow]:
    return [each for _, each in sorted(hub.shelf.all().items())]


def _wanted(each: ShelvedFlow, request: Request) -> bool:
    asked = request.query_params
    namespace = asked.get("namespace") or asked.get("filters[namespace][EQUALS]")
    text = (asked.get("q") or asked.get("filters[q][EQUALS]") or "").lower()
    return (namespace is None or each.name[0] == namespace) and text in ".".join(each.name).lower()


async def _deployed(request: Request) -> tuple[Name, str]:
    """The name and the text of the flow that a request brings; raises `Refusal` 415 and 422."""
    if content_type(request) in JSON_TYPES:
        import yaml

        text = yaml.safe_dump(await json_of(request), sort_keys=False, allow_unicode=True)
    else:
        text = await text_of(request, YAML_TYPES)
    found = list(documents_of(text))
    if len(found) != 1:
        raise Refusal(422, f"Invalid entity: one flow is wanted, the body holds {len(found)}")
    return _name(found[0][0]), text


def _name(value: dict[str, Any]) -> Name:
    namespace, flow_id = value.get("namespace"), value.get("id")
    if not isinstance(flow_id, str) or not _ID.fullmatch(flow_id):
        raise Refusal(422, "Invalid entity: flow.id: a flow needs an id of letters, digits, `.`, `_` and `-`")
    if not isinstance(namespace, str) or not _NAMESPACE.fullmatch(namespace):
        raise Refusal(422, "Invalid entity: flow.namespace: a flow needs a namespace of small letters and digits")
    return namespace, flow_id


def _kept(hub: Hub, name: Name, text: str) -> ShelvedFlow:
    problems = hub.checker.verdict(text).refusals
    if problems:
        raise Refusal(422, "Invalid entity: " + "\n".join(problems))
    return hub.shelf.write(name, text)


async def _replaced(hub: Hub, request: Request, namespace: str | None) -> list[dict[str, Any]]:
    """Keep all flows of a body; with `delete` (default true), those of the namespace that it lacks go."""
    text = await text_of(request, YAML_TYPES)
    given = {_name(value): source for value, source in documents_of(text)}
    if namespace is not None and (strange := [name for name in given if name[0] != namespace]):
        raise Refusal(422, f"Invalid entity: flow '{'.'.join(strange[0])}' is not of namespace '{namespace}'")
    for source in given.values():
        if problems := hub.checker.verdict(source).refusals:
            raise Refusal(422, "Invalid entity: " + "\n".join(problems))
    if flag(request, "delete", default=True):
        for name in list(_to_delete(hub, request, namespace)):
            if name not in given:
                hub.shelf.remove(name)
    return [flow_shape(hub.shelf.write(name, source), source=False) for name, source in given.items()]


def _to_delete(hub: Hub, request: Request, namespace: str | None) -> Iterator[Name]:
    wanted = namespace or request.query_params.get("namespace")
    if wanted is None:
        raise Refusal(422, "Flows of all namespaces are not deleted at once: give `namespace`, or `delete=false`")
    return (name for name in hub.shelf.all() if name[0] == wanted)
