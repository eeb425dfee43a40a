"""Namespace files."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tiercel_engine.storage import StorageError
from tiercel_server.serving.bodies import form_of, namespace_of
from tiercel_server.serving.errors import Refusal, not_found
from tiercel_server.serving.hub import Hub

_BASE = "/api/v1/main/namespaces/{namespace}/files"


def routes(hub: Hub) -> list[BaseRoute]:
    """Reading, writing, listing, moving, deleting."""
    files = hub.services.files

    async def read(request: Request) -> Response:
        namespace, path = _named(request)
        if not files.exists(namespace, path):
            raise not_found(f"File '{path}'")
        revision = request.query_params.get("revision")
        version = int(revision) if revision is not None and revision.isdigit() and len(revision) < 10 else None
        return Response(files.read(namespace, path, version), media_type="application/octet-stream")

    async def write(request: Request) -> Response:
        namespace, path = _named(request)
        async with form_of(request) as parts:
            content = next((value for name, value in parts if name == "fileContent"), None)
            if content is None:
                raise Refusal(422, "A part `fileContent` is wanted")
            data = await content.read() if isinstance(content, UploadFile) else content.encode()
        files.write(namespace, path, data)
        return Response(status_code=200)

    async def move(request: Request) -> Response:
        namespace = namespace_of(request)
        old, new = request.query_params.get("from", ""), request.query_params.get("to", "")
        if not files.exists(namespace, old):
            raise not_found(f"File '{old}'")
        files.write(namespace, new, files.read(namespace, old))
        files.delete(namespace, old)
        return Response(status_code=200)

    async def remove(request: Request) -> Response:
        namespace, path = _named(request)
        inside = [each for each in files.list(namespace) if each == path or each.startswith(f"{path.strip('/')}/")]
        gone = [each for each in inside or [path] if files.delete(namespace, each)]
        return Response(status_code=204 if gone else 404)

    async def directory(request: Request) -> Response:
        prefix = request.query_params.get("path", "").strip("/")
        return JSONResponse(_entries(hub, namespace_of(request), prefix))

    async def search(request: Request) -> Response:
        asked = request.query_params.get("q", "").lower()
        names = files.list(namespace_of(request))
        return JSONResponse([f"/{name.lstrip('/')}" for name in names if asked in name.lower()])

    async def stats(request: Request) -> Response:
        namespace, path = _named(request)
        if not files.exists(namespace, path):
            raise not_found(f"File '{path}'")
        return JSONResponse(_file(hub, namespace, path))

    return [
        Route(_BASE, _guarded(read)),
        Route(_BASE, _guarded(write), methods=["POST"]),
        Route(_BASE, _guarded(move), methods=["PUT"]),
        Route(_BASE, _guarded(remove), methods=["DELETE"]),
        Route(_BASE + "/directory", _guarded(directory)),
        Route(_BASE + "/search", _guarded(search)),
        Route(_BASE + "/stats", _guarded(stats)),
    ]


def _named(request: Request) -> tuple[str, str]:
    path = request.query_params.get("path", "").strip("/")
    if not path:
        raise Refusal(422, "A `path` is wanted")
    return namespace_of(request), path


def _guarded(answer: Any) -> Any:
    """A path that storage does not take is the client's mistake."""

    async def answered(request: Request) -> Response:
        try:
            found: Response = await answer(request)
        except StorageError as error:
            raise Refusal(422, str(error)) from None
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise Refusal(404, "File not found") from None
        return found

    return answered


def _entries(hub: Hub, namespace: str, prefix: str) -> list[dict[str, Any]]:
    start = f"{prefix}/" if prefix else ""
    names = [each.lstrip("/") for each in hub.services.files.list(namespace)]
    below = [each.removeprefix(start) for each in names if each.startswith(start)]
    folders = sorted({each.partition("/")[0] for each in below if "/" in each})
    found = [{"fileName": name, "type": "Directory", "size": 0} for name in folders]
    return found + [_file(hub, namespace, start + name) for name in sorted(below) if "/" not in name]


def _file(hub: Hub, namespace: str, path: str) -> dict[str, Any]:
    about = hub.services.files.local(namespace, path).stat()
    return {
        "fileName": path.rpartition("/")[2],
        "type": "File",
        "size": about.st_size,
        "lastModifiedTime": round(about.st_mtime * 1000),
        "creationTime": round(about.st_ctime * 1000),
    }
