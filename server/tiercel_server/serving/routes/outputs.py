"""What an execution put out: values of the flow, values of its task runs, files."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tiercel_engine.core.records import Execution
from tiercel_engine.runtime.jsonable import jsonable
from tiercel_engine.storage import Reader, StorageError
from tiercel_engine.storage.layout import execution_path, path_of
from tiercel_server.serving.errors import Refusal
from tiercel_server.serving.hub import Hub

_OUTPUTS = "/api/v1/main/outputs"


def routes(hub: Hub) -> list[BaseRoute]:
    """Outputs and files."""

    async def of_execution(request: Request) -> Response:
        return JSONResponse(hub.masked(jsonable(dict(hub.execution(request.path_params["execution_id"]).outputs))))

    async def known(request: Request) -> Response:
        execution = hub.execution(request.path_params["execution_id"])
        runs = [run for run in execution.ordered_task_runs() if run.outputs]
        listed = [
            {
                "taskId": run.task_id,
                "taskRunId": run.id,
                "value": run.value,
                "iteration": run.iteration,
                "inline": True,
            }
            for run in runs
        ]
        return JSONResponse([{key: value for key, value in each.items() if value is not None} for each in listed])

    async def of_task_run(request: Request) -> Response:
        execution = hub.execution(request.path_params["execution_id"])
        run = execution.task_runs.get(request.path_params["task_run_id"])
        if run is None:
            raise Refusal(404, "Task run not found")
        return JSONResponse(hub.masked(jsonable(dict(run.outputs))))

    async def file(request: Request) -> Response:
        uri = _allowed(hub, request)
        path = hub.services.storage.path(uri)
        return FileResponse(path, filename=path.name, media_type="application/octet-stream")

    async def metas(request: Request) -> Response:
        return JSONResponse({"size": hub.services.storage.size(_allowed(hub, request))})

    return [
        Route(f"{_OUTPUTS}/executions/{{execution_id}}", of_execution),
        Route(f"{_OUTPUTS}/tasks/{{execution_id}}", known),
        Route(f"{_OUTPUTS}/tasks/{{execution_id}}/{{task_run_id}}", of_task_run),
        Route(f"{_OUTPUTS}/{{execution_id}}", known),
        Route(f"{_OUTPUTS}/{{execution_id}}/{{task_run_id}}", of_task_run),
        Route("/api/v1/main/executions/{execution_id}/file", file),
        Route("/api/v1/main/executions/{execution_id}/file/metas", metas),
    ]


def _allowed(hub: Hub, request: Request) -> str:
    """The URI of a file of this execution, or of one that it may read; raises `Refusal` 404 and 422."""
    execution = hub.execution(request.path_params["execution_id"])
    uri = request.query_params.get("path", "")
    try:
        path = path_of(uri)
        own = execution_path(execution.flow.namespace, execution.flow.id, execution.id)
        if not path.startswith(f"{own}/") and not _is_named(execution, uri):
            raise Refusal(404, "That file belongs to another execution")
        hub.services.storage.access.check_uri(uri, Reader(execution.flow.namespace, frozenset({execution.id})))
        if not hub.services.storage.exists(uri):
            raise Refusal(404, "File not found")
    except StorageError as error:
        raise Refusal(422, str(error)) from None
    return uri


def _is_named(execution: Execution, uri: str) -> bool:
    """Whether a value of the execution names the file, as inputs and outputs of subflows do."""
    values = [execution.inputs, execution.outputs, *(run.outputs for run in execution.task_runs.values())]
    return any(f"'{uri}'" in repr(jsonable(dict(value))) for value in values)
