"""Triggers: where they stand, switched off and on, unlocked, filled back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tiercel_engine.runtime.jsonable import jsonable
from tiercel_engine.triggers.records import Backfill, Key
from tiercel_schemas.model import Flow
from tiercel_schemas.model.trigger import Trigger
from tiercel_server.serving.bodies import json_of, number
from tiercel_server.serving.errors import Refusal, not_found
from tiercel_server.serving.hub import Hub
from tiercel_server.serving.shapes import page_of

BASE = "/api/v1/main/triggers"


def routes(hub: Hub) -> list[BaseRoute]:
    """Reading and changing."""

    async def search(request: Request) -> Response:
        return _paged(request, [_shape(hub, flow, trigger) for flow, trigger in _all(hub)])

    async def of_flow(request: Request) -> Response:
        name = (request.path_params["namespace"], request.path_params["flow_id"])
        hub.flow(*name)
        found = [_shape(hub, flow, each) for flow, each in _all(hub) if (flow.namespace, flow.id) == name]
        return _paged(request, [each["triggerContext"] for each in found])

    async def set_disabled(request: Request) -> Response:
        body = await json_of(request)
        key, disabled = _key(hub, body), body.get("disabled")
        if not isinstance(disabled, bool):
            raise Refusal(422, "`disabled` is neither true nor false")
        return _changed(hub, key, disabled=disabled)

    async def unlock(request: Request) -> Response:
        return _changed(hub, _key(hub, _in_path(request)), execution_id=None)

    async def restart(request: Request) -> Response:
        return _changed(hub, _key(hub, _in_path(request)), execution_id=None, next=None, written="")

    async def create_backfill(request: Request) -> Response:
        body = await json_of(request)
        key = _key(hub, body)
        if hub.triggers.state(key).backfill is not None:
            raise Refusal(409, "The trigger is being filled back already")
        return _changed(hub, key, backfill=_backfill(body.get("backfill")))

    async def pause(request: Request) -> Response:
        return await _filling(hub, request, paused=True)

    async def unpause(request: Request) -> Response:
        return await _filling(hub, request, paused=False)

    async def delete_backfill(request: Request) -> Response:
        return _changed(hub, _key(hub, await json_of(request)), backfill=None)

    return [
        Route(f"{BASE}/search", search),
        Route(f"{BASE}/set-disabled", set_disabled, methods=["PUT"]),
        Route(f"{BASE}/backfill/create", create_backfill, methods=["PUT"]),
        Route(f"{BASE}/backfill/pause", pause, methods=["PUT"]),
        Route(f"{BASE}/backfill/unpause", unpause, methods=["PUT"]),
        Route(f"{BASE}/backfill/delete", delete_backfill, methods=["POST"]),
        Route(f"{BASE}/{{namespace}}/{{flow_id}}", of_flow),
        Route(f"{BASE}/{{namespace}}/{{flow_id}}/{{trigger_id}}/unlock", unlock, methods=["POST"]),
        Route(f"{BASE}/{{namespace}}/{{flow_id}}/{{trigger_id}}/restart", restart, methods=["POST"]),
    ]


def _all(hub: Hub) -> Iterator[tuple[Flow, Trigger]]:
    for _, shelved in sorted(hub.shelf.all().items()):
        yield from ((shelved.flow, trigger) for trigger in shelved.flow.triggers)


def _paged(request: Request, found: list[Any]) -> Response:
    page, size = number(request, "page", 1, 100_000), number(request, "size", 10, 500)
    return JSONResponse(page_of(found[(page - 1) * size : page * size], len(found)))


def _shape(hub: Hub, flow: Flow, trigger: Trigger) -> dict[str, Any]:
    state = hub.triggers.state((flow.namespace, flow.id, trigger.id))
    context: dict[str, Any] = {
        "tenantId": "main",
        "namespace": flow.namespace,
        "flowId": flow.id,
        "triggerId": trigger.id,
        "date": state.last,
        "nextExecutionDate": state.next,
        "nextEvaluationDate": state.next,
        "executionId": state.execution_id,
        "disabled": state.disabled or trigger.disabled or flow.disabled,
    }
    if state.backfill is not None:
        filling = state.backfill
        context["backfill"] = {
            "start": filling.start,
            "end": filling.end,
            "currentDate": filling.current,
            "paused": filling.paused,
            "inputs": dict(filling.inputs),
        }
    context = {name: jsonable(value) for name, value in context.items() if value is not None}
    abstract = {"id": trigger.id, "type": trigger.type, "disabled": trigger.disabled}
    return {"abstractTrigger": abstract, "triggerContext": context}


def _in_path(request: Request) -> dict[str, str]:
    parts = request.path_params
    return {"namespace": parts["namespace"], "flowId": parts["flow_id"], "triggerId": parts["trigger_id"]}


def _key(hub: Hub, body: Any) -> Key:
    """The trigger that a body names; raises `Refusal` 422 and 404."""
    given = body if isinstance(body, dict) else {}
    names = [str(name) for each in ("namespace", "flowId", "triggerId") if (name := given.get(each)) is not None]
    if len(names) != 3:
        raise Refusal(422, "namespace, flowId and triggerId are wanted")
    flow = hub.flow(names[0], names[1]).flow
    if not any(trigger.id == names[2] for trigger in flow.triggers):
        raise not_found(f"Trigger '{names[2]}'")
    return names[0], names[1], names[2]


def _changed(hub: Hub, key: Key, **changes: Any) -> Response:
    hub.triggers.change(key, **changes)
    flow = hub.flow(key[0], key[1]).flow
    trigger = next(each for each in flow.triggers if each.id == key[2])
    return JSONResponse(_shape(hub, flow, trigger)["triggerContext"])


def _backfill(given: Any) -> Backfill:
    if not isinstance(given, dict):
        raise Refusal(422, "A `backfill` with `start` is wanted")
    try:
        start = datetime.fromisoformat(str(given.get("start")))
        end = datetime.fromisoformat(str(given["end"])) if given.get("end") else datetime.now(UTC)
    except ValueError as error:
        raise Refusal(422, f"Not a date: {error}") from None
    start, end = (each if each.tzinfo is not None else each.replace(tzinfo=UTC) for each in (start, end))
    if end < start:
        raise Refusal(422, "The backfill ends before it starts")
    labels = given.get("labels") or []
    pairs = labels.items() if isinstance(labels, dict) else ((each.get("key"), each.get("value")) for each in labels)
    inputs = given.get("inputs") if isinstance(given.get("inputs"), dict) else {}
    return Backfill(start, end, None, dict(inputs or {}), {str(key): str(value) for key, value in pairs})


async def _filling(hub: Hub, request: Request, *, paused: bool) -> Response:
    from dataclasses import replace

    key = _key(hub, await json_of(request))
    filling = hub.triggers.state(key).backfill
    if filling is None:
        raise Refusal(409, "The trigger is not being filled back")
    return _changed(hub, key, backfill=replace(filling, paused=paused))
