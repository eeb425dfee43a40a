"""What one does to an execution: kill, resume, restart, replay, and so on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tiercel_engine.core.records import Execution
from tiercel_engine.core.states import State
from tiercel_engine.inputs import InputError
from tiercel_engine.runtime import CheckError, NoSuchTaskError, Replay
from tiercel_engine.runtime.requests import Continue, ForceRun, Kill, Resume, Unqueue, perform
from tiercel_engine.runtime.requests import Request as Wish
from tiercel_engine.runtime.starting import replay, restart_as_new
from tiercel_server.serving.bodies import inputs_of, json_of
from tiercel_server.serving.errors import Refusal
from tiercel_server.serving.hub import Hub
from tiercel_server.serving.routes.creating import breakpoints_of
from tiercel_server.serving.routes.executions import BASE

Act = Callable[[Hub, Request, Execution], Awaitable[str]]
"""Does something to an execution; gives the id of the one to answer with."""


def routes(hub: Hub) -> list[BaseRoute]:
    """One route for each action, and those for many executions at once."""
    found: list[BaseRoute] = []
    for name, (method, act) in _ACTIONS.items():
        one = _answering(hub, act)
        many = _answering_many(hub, act)
        found += [
            Route(f"{BASE}/{{execution_id}}/actions/{name}", one, methods=[method]),
            Route(f"{BASE}/{name}/by-ids", many, methods=[method]),
        ]
    return found


def _answering(hub: Hub, act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        execution_id = await _done(hub, request, request.path_params["execution_id"], act)
        return JSONResponse(hub.shape(hub.execution(execution_id)))

    return answer


def _answering_many(hub: Hub, act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        ids = await json_of(request)
        if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
            raise Refusal(400, "A list of ids is wanted")
        for execution_id in ids:
            await _done(hub, request, execution_id, act)
        return JSONResponse({"count": len(ids)})

    return answer


async def _done(hub: Hub, request: Request, execution_id: str, act: Act) -> str:
    summary = hub.summary(execution_id)
    if not summary.finished and execution_id not in hub.engine.lives and not summary.interrupted:
        raise Refusal(409, f"Execution '{execution_id}' is at work in another process")
    execution = hub.revive(execution_id)
    try:
        return await act(hub, request, execution)
    except (InputError, CheckError) as error:
        raise Refusal(422, f"Invalid entity: {error}") from None
    except NoSuchTaskError as error:
        raise Refusal(404, str(error)) from None
    finally:
        if hub.execution(execution_id).sealed:
            hub.left.add(execution_id)


def _ask(hub: Hub, execution: Execution, wish: Wish) -> str:
    if execution.sealed:
        raise Refusal(409, f"Execution '{execution.id}' has ended in {execution.state}")
    refusal = perform(hub.engine, execution.id, wish)
    if refusal:
        raise Refusal(409, refusal)
    return execution.id


async def _kill(hub: Hub, _request: Request, execution: Execution) -> str:
    return _ask(hub, execution, Kill())


async def _resume(hub: Hub, request: Request, execution: Execution) -> str:
    if execution.state is State.BREAKPOINT:
        return _ask(hub, execution, Continue())
    return _ask(hub, execution, Resume(await inputs_of(request)))


async def _go_on(hub: Hub, request: Request, execution: Execution) -> str:
    return _ask(hub, execution, Continue(breakpoints_of(request) or None))


async def _force_run(hub: Hub, _request: Request, execution: Execution) -> str:
    return _ask(hub, execution, ForceRun())


async def _unqueue(hub: Hub, request: Request, execution: Execution) -> str:
    return _ask(hub, execution, Unqueue(_state(request.query_params.get("state", "RUNNING"))))


async def _restart(hub: Hub, request: Request, execution: Execution) -> str:
    if not execution.sealed:
        raise Refusal(409, f"Execution '{execution.id}' is {execution.state}: only one that has ended can be restarted")
    if execution.state in {State.SUCCESS, State.WARNING}:
        raise Refusal(409, f"Execution '{execution.id}' ended in {execution.state}: nothing of it would run again")
    if request.query_params.get("revision") is not None:
        flow = hub.flow(execution.flow.namespace, execution.flow.id).flow
        if str(flow.revision or 1) != request.query_params["revision"]:
            raise Refusal(404, "That revision of the flow is not known here")
        return restart_as_new(hub.engine, execution, flow)
    hub.engine.restart(execution.id)
    return execution.id


async def _replay(hub: Hub, request: Request, execution: Execution) -> str:
    return _replayed(hub, request, execution, None)


async def _replay_with_inputs(hub: Hub, request: Request, execution: Execution) -> str:
    return _replayed(hub, request, execution, await inputs_of(request))


def _replayed(hub: Hub, request: Request, execution: Execution, inputs: Any) -> str:
    if not execution.state.terminated:
        raise Refusal(409, f"Execution '{execution.id}' is {execution.state}: only one that has ended can be replayed")
    flow = None
    if (revision := request.query_params.get("revision")) is not None:
        flow = hub.flow(execution.flow.namespace, execution.flow.id).flow
        if str(flow.revision or 1) != revision:
            raise Refusal(404, "That revision of the flow is not known here")
    wanted = Replay(request.query_params.get("taskRunId"), flow, inputs, breakpoints_of(request))
    return replay(hub.engine, execution, wanted)


async def _change_state(hub: Hub, request: Request, execution: Execution) -> str:
    body = await json_of(request)
    if not isinstance(body, dict) or not isinstance(body.get("taskRunId"), str):
        raise Refusal(422, "taskRunId and state are wanted")
    run, state = execution.task_runs.get(body["taskRunId"]), _state(str(body.get("state")))
    if run is None:
        raise Refusal(404, f"Execution '{execution.id}' has no task run {body['taskRunId'][:80]}")
    if not execution.sealed or not run.state.terminated or not state.terminated or run.place != "MAIN":
        raise Refusal(409, "Only the end of a task run of an execution that has ended can be changed, to an end")
    hub.engine.change_task_run(execution.id, run.id, state)
    return execution.id


def _state(text: str) -> State:
    try:
        return State(text.upper())
    except ValueError:
        raise Refusal(422, f"'{text[:80]}' is no state") from None


_ACTIONS: dict[str, tuple[str, Act]] = {
    "kill": ("DELETE", _kill),
    "resume": ("POST", _resume),
    "resume-from-breakpoint": ("POST", _go_on),
    "force-run": ("POST", _force_run),
    "unqueue": ("POST", _unqueue),
    "restart": ("POST", _restart),
    "replay": ("POST", _replay),
    "replay-with-inputs": ("POST", _replay_with_inputs),
    "state": ("POST", _change_state),
}
