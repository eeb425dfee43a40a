"""New executions."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tiercel_engine.core.records import Execution
from tiercel_engine.core.wishes import Breakpoint
from tiercel_engine.inputs import InputError
from tiercel_engine.runtime import CheckError, RunRequest
from tiercel_server.serving.bodies import flag, inputs_of, labels_of
from tiercel_server.serving.errors import Refusal
from tiercel_server.serving.flow_shelf import ShelvedFlow
from tiercel_server.serving.hub import Hub


def routes(hub: Hub) -> list[BaseRoute]:
    """Creating, and asking whether one may create."""

    async def create(request: Request) -> Response:
        shelved = startable(hub, request.path_params["namespace"], request.path_params["flow_id"])
        _refuse_unknown(request, shelved)
        labels, wait = labels_of(request), flag(request, "wait")
        breakpoints = breakpoints_of(request)
        inputs = await inputs_of(request)
        wanted = RunRequest(shelved.flow, hub.surroundings, inputs, labels, breakpoints=breakpoints)
        execution = await started(hub, wanted, wait=wait)
        shape = dict(hub.shape(execution))
        shape["url"] = f"{hub.address}/ui/#/executions/{execution.id}"
        return JSONResponse(shape)

    return [Route("/api/v1/main/executions/{namespace}/{flow_id}", create, methods=["POST"])]


def startable(hub: Hub, namespace: str, flow_id: str) -> ShelvedFlow:
    """A flow that may run; raises `Refusal` 404, and 409 for one that is disabled."""
    shelved = hub.flow(namespace, flow_id)
    if shelved.flow.disabled:
        raise Refusal(409, f"Cannot execute flow '{namespace}'.'{flow_id}': it is disabled.")
    return shelved


async def started(hub: Hub, wanted: RunRequest, *, wait: bool) -> Execution:
    """The execution, kept in the history; with `wait` once it has ended. Raises `Refusal` 422."""
    try:
        execution_id = hub.engine.start_request(wanted)
    except InputError as error:
        raise Refusal(422, f"Invalid entity: {error}") from None
    except CheckError as error:
        raise Refusal(422, f"Invalid entity: {error}") from None
    execution = hub.execution(execution_id)
    return await ended(hub, execution_id) if wait else execution


async def ended(hub: Hub, execution_id: str) -> Execution:
    """The execution once it has ended, or the server has."""
    with hub.news.of(execution_id) as listener:
        while not (execution := hub.execution(execution_id)).sealed and not hub.closing:
            await listener.news(5.0)
    return execution


def breakpoints_of(request: Request) -> tuple[Breakpoint, ...]:
    """Tasks before which to stop: `a,b` or `loop[value]`."""
    found: list[Breakpoint] = []
    for text in ",".join(request.query_params.getlist("breakpoints")).split(","):
        task, bracket, value = text.strip().partition("[")
        if task:
            found.append(Breakpoint(task, value.removesuffix("]") if bracket else None))
    return tuple(found)


def _refuse_unknown(request: Request, shelved: ShelvedFlow) -> None:
    asked: dict[str, Any] = dict(request.query_params)
    revision = asked.get("revision")
    if revision is not None and revision != str(shelved.flow.revision or 1):
        raise Refusal(404, f"Flow '{shelved.flow.namespace}.{shelved.flow.id}' has no revision {revision} here")
    if asked.get("kind", "NORMAL").upper() != "NORMAL":
        raise Refusal(422, "Only executions of kind NORMAL run here")
    if "scheduleDate" in asked:
        raise Refusal(422, "scheduleDate is not known here: give the flow a trigger")
