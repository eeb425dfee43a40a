"""Calls of webhooks. Answered only when the execution stands in the history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from tiercel_engine.core.records import Execution
from tiercel_engine.core.states import State
from tiercel_engine.expressions import RenderError
from tiercel_engine.runtime.jsonable import jsonable
from tiercel_engine.storage.layout import execution_path
from tiercel_engine.triggers.beginning import NotBegunError, Occasion, begin_event, failed_event
from tiercel_engine.triggers.seeing import Sight, sight_of
from tiercel_engine.triggers.webhook import Call, Part, call_variables, find_called
from tiercel_schemas.model import Flow
from tiercel_schemas.model.trigger import Trigger
from tiercel_server.serving.bodies import content_type, form_of
from tiercel_server.serving.errors import Refusal, not_found
from tiercel_server.serving.hub import Hub
from tiercel_server.serving.routes.creating import ended

_FORMS = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})
_HIDDEN = frozenset({"authorization", "cookie"})
_LONGEST_KEY = 256


def routes(hub: Hub) -> list[BaseRoute]:
    """One path for all webhooks, three methods."""

    async def call(request: Request) -> Response:
        flow, trigger, sight = _called(hub, request)
        occasion = Occasion(flow, trigger, {})
        folder = execution_path(flow.namespace, flow.id, occasion.execution_id)

        def store(name: str, content: bytes) -> str:
            return hub.services.storage.put(f"{folder}/trigger/{name}", content)

        variables = call_variables(trigger, await _call_of(request), store)
        occasion = Occasion(flow, trigger, variables, variables, execution_id=occasion.execution_id)
        event = _event(hub, occasion, sight)
        if event is None:
            return Response(status_code=204)
        hub.engine.begin(event)
        return await _answer(hub, occasion)

    path = "/api/v1/main/executions/webhook/{namespace}/{flow_id}/{key}"
    return [Route(path, call, methods=["GET", "POST", "PUT"])]


def _called(hub: Hub, request: Request) -> tuple[Flow, Trigger, Sight]:
    """The flow and the webhook that a path names; raises `Refusal`, 404 whatever of it is wrong."""
    parts = request.path_params
    shelved = hub.shelf.all().get((parts["namespace"], parts["flow_id"]))
    if shelved is None or len(parts["key"]) > _LONGEST_KEY:
        raise not_found("Webhook")
    flow = shelved.flow
    sight = sight_of(flow, hub.surroundings)
    trigger = find_called(flow, parts["key"], sight.render)
    if trigger is None or hub.triggers.state((flow.namespace, flow.id, trigger.id)).disabled:
        raise not_found("Webhook")
    if flow.disabled or flow.draft:
        raise Refusal(409, f"Cannot execute flow '{flow.namespace}'.'{flow.id}': it is disabled.")
    return flow, trigger, sight


def _event(hub: Hub, occasion: Occasion, sight: Sight) -> Any:
    """The first event of the execution, None where `when` does not hold; raises `Refusal` 422."""
    now = hub.engine.now()
    try:
        if not sight.admits(occasion.trigger, occasion.variables):
            return None
        return begin_event(occasion, hub.surroundings, now)
    except NotBegunError as error:
        raise Refusal(422, f"Invalid entity: {error}") from None
    except (RenderError, ValueError) as error:
        hub.log.write("WARN", "a webhook's condition can't be evaluated", flow=occasion.flow.id, fault=str(error))
        if str(occasion.trigger.properties.get("failOnTriggerError", False)).lower() != "true":
            return None
        return failed_event(occasion, hub.surroundings, now, str(error))


async def _call_of(request: Request) -> Call:
    headers: dict[str, list[str]] = {}
    for name, value in request.headers.items():
        if name not in _HIDDEN:
            headers.setdefault(name, []).append(value)
    parameters: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        parameters.setdefault(name, []).append(value)
    if content_type(request) not in _FORMS:
        return Call(headers, parameters, await request.body())
    parts: list[Part] = []
    fields: dict[str, list[str]] = {}
    async with form_of(request) as form:
        for name, content in form:
            if isinstance(content, UploadFile):
                parts.append(Part(name, await content.read(), content.filename, content.content_type))
            else:
                fields.setdefault(name, []).append(content)
    is_multipart = content_type(request) == "multipart/form-data"
    return Call(headers, parameters, parts=tuple(parts) if is_multipart else None, fields=fields)


async def _answer(hub: Hub, occasion: Occasion) -> Response:
    written = occasion.trigger.properties
    execution = hub.execution(occasion.execution_id)
    if not _is(written, "wait"):
        return JSONResponse(_shape(hub, execution), _code(written))
    execution = await ended(hub, execution.id)
    code = 500 if execution.state is State.FAILED else _code(written)
    if not _is(written, "returnOutputs"):
        return JSONResponse(_shape(hub, execution), code)
    outputs = hub.masked(jsonable(dict(execution.outputs)))
    if str(written.get("responseContentType") or "") == "text/plain":
        return PlainTextResponse(_text(outputs), code)
    return JSONResponse(outputs, code)


def _text(outputs: Mapping[str, Any]) -> str:
    values = list(outputs.values())
    return values[0] if len(values) == 1 and isinstance(values[0], str) else json.dumps(outputs, ensure_ascii=False)


def _shape(hub: Hub, execution: Execution) -> dict[str, Any]:
    whole = hub.shape(execution)
    names = ("tenantId", "id", "namespace", "flowId", "flowRevision", "trigger", "outputs", "labels", "state")
    return {
        **{name: whole[name] for name in names if name in whole},
        "url": f"{hub.address}/ui/#/executions/{execution.id}",
    }


def _is(written: Mapping[str, Any], name: str) -> bool:
    return str(written.get(name, False)).lower() == "true"


def _code(written: Mapping[str, Any]) -> int:
    text = str(written.get("responseCode") or 200)
    return int(text) if text.isdigit() and 200 <= int(text) < 600 else 200
