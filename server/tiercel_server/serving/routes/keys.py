"""Key-value pairs."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tiercel_engine.runtime.jsonable import jsonable
from tiercel_engine.storage import KvError
from tiercel_engine.storage.kv import KvEntry
from tiercel_engine.storage.kv_texts import kv_json_value
from tiercel_schemas.model.durations import parse_duration
from tiercel_server.serving.bodies import JSON_TYPES, TEXT_TYPES, json_of, namespace_of, number, text_of
from tiercel_server.serving.errors import Refusal, not_found
from tiercel_server.serving.hub import Hub
from tiercel_server.serving.shapes import page_of

_BASE = "/api/v1/main/namespaces/{namespace}/kv"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})")
_DURATION = re.compile(r"-?P(?=.)[\dYMWDTHS.]*")


def routes(hub: Hub) -> list[BaseRoute]:
    """Reading and writing pairs of a namespace, and listing all."""
    kv = hub.services.kv

    async def listed(request: Request) -> Response:
        namespace = namespace_of(request)
        return JSONResponse([_entry(each) for key in kv.keys(namespace) if (each := kv.get(namespace, key))])

    async def everything(request: Request) -> Response:
        page, size = number(request, "page", 1, 100_000), number(request, "size", 10, 500)
        found = [
            _entry(each) for name in kv.namespaces() for key in kv.keys(name) if (each := kv.get(name, key)) is not None
        ]
        return JSONResponse(page_of(found[(page - 1) * size : page * size], len(found)))

    async def one(request: Request) -> Response:
        entry = kv.get(namespace_of(request), request.path_params["key"])
        if entry is None:
            raise not_found(f"Key '{request.path_params['key']}'")
        shape = {"type": str(entry.type), "value": jsonable(kv_json_value(entry)), "revision": 1}
        if entry.updated is not None:
            shape["updated"] = jsonable(entry.updated)
        return JSONResponse(shape)

    async def put(request: Request) -> Response:
        value = _value(await text_of(request, TEXT_TYPES | JSON_TYPES))
        headers = request.headers
        try:
            ttl = parse_duration(headers["ttl"]) if headers.get("ttl") else None
            kv.set(
                namespace_of(request),
                request.path_params["key"],
                value,
                ttl=ttl,
                description=headers.get("description"),
            )
        except (KvError, ValueError) as error:
            raise Refusal(422, str(error)) from None
        return Response(status_code=200)

    async def remove(request: Request) -> Response:
        gone = kv.delete(namespace_of(request), request.path_params["key"])
        return JSONResponse(gone, 200 if gone else 404)

    async def remove_many(request: Request) -> Response:
        body = await json_of(request)
        keys = body.get("keys") if isinstance(body, dict) else None
        if not isinstance(keys, list):
            raise Refusal(422, "A list of `keys` is wanted")
        gone = [key for key in keys if isinstance(key, str) and kv.delete(namespace_of(request), key)]
        return JSONResponse({"keys": gone})

    return [
        Route("/api/v1/main/kv", _guarded(everything)),
        Route(_BASE, _guarded(listed)),
        Route(_BASE, _guarded(remove_many), methods=["DELETE"]),
        Route(_BASE + "/{key}", _guarded(one)),
        Route(_BASE + "/{key}", _guarded(put), methods=["PUT"]),
        Route(_BASE + "/{key}", _guarded(remove), methods=["DELETE"]),
    ]


def _guarded(answer: Any) -> Any:
    """A name that the store does not take is the client's mistake."""

    async def answered(request: Request) -> Response:
        try:
            found: Response = await answer(request)
        except KvError as error:
            raise Refusal(422, str(error)) from None
        return found

    return answered


def _entry(entry: KvEntry) -> dict[str, Any]:
    shape = {
        "namespace": entry.namespace,
        "key": entry.key,
        "revision": 1,
        "description": entry.description,
        "creationDate": entry.created,
        "updateDate": entry.updated,
        "expirationDate": entry.expires,
    }
    return {name: jsonable(value) for name, value in shape.items() if value is not None}


def _value(text: str) -> Any:
    """What a body stands for: JSON, or a date, a moment, a duration without quotes; raises `Refusal` 422."""
    text = text.strip()
    try:
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(UTC)
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        if _DURATION.fullmatch(text):
            return parse_duration(text)
        return json.loads(text)
    except (ValueError, RecursionError, OverflowError):
        raise Refusal(422, 'The value is no JSON: a text stands in quotes, "…"') from None
