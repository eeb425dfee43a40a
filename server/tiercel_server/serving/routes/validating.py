"""Whether Kestra would take flows, without keeping them."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tiercel_server.serving.bodies import YAML_TYPES, content_type, form_of, text_of
from tiercel_server.serving.errors import Refusal
from tiercel_server.serving.flow_shelf import documents_of
from tiercel_server.serving.hub import Hub

_MOST = 500


def routes(hub: Hub) -> list[BaseRoute]:
    """Validating flows."""

    async def validate(request: Request) -> Response:
        told: list[dict[str, Any]] = []
        for file_name, text in await _texts(request):
            found = list(documents_of(text)) or [({}, text)]
            for value, source in found:
                if len(told) >= _MOST:
                    raise Refusal(413, f"No more than {_MOST} flows are checked at once")
                told.append(_verdict(hub, len(told), file_name, value, source))
        return JSONResponse(told)

    return [Route("/api/v1/main/flows/validate", validate, methods=["POST"])]


async def _texts(request: Request) -> list[tuple[str | None, str]]:
    if content_type(request) != "multipart/form-data":
        return [(None, await text_of(request, YAML_TYPES))]
    found: list[tuple[str | None, str]] = []
    async with form_of(request) as parts:
        for _name, value in parts:
            if isinstance(value, UploadFile):
                found.append((value.filename, (await value.read()).decode("utf-8", "replace")))
            else:
                found.append((None, value))
    return found


def _verdict(hub: Hub, index: int, file_name: str | None, value: dict[str, Any], source: str) -> dict[str, Any]:
    verdict = hub.checker.verdict(source)
    namespace, flow_id = value.get("namespace"), value.get("id")
    told: dict[str, Any] = {
        "index": index,
        "filename": file_name,
        "namespace": namespace if isinstance(namespace, str) else None,
        "flow": flow_id if isinstance(flow_id, str) else None,
        "constraints": "\n".join(verdict.refusals) or None,
        "outdated": False,
        "deprecationPaths": [],
        "warnings": list(verdict.warnings),
        "infos": list(verdict.infos),
    }
    return told
