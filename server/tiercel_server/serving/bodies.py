"""What requests bring: parameters, texts, JSON, forms with files."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from tiercel_server.serving.errors import Refusal

_MOST_PARTS = 1_000
_NAMESPACE = re.compile(r"[a-z0-9](?:[a-z0-9_-]|\.(?!\.|$)){0,149}", re.IGNORECASE)
YAML_TYPES = frozenset({"application/x-yaml", "application/yaml", "text/yaml", "text/x-yaml"})
TEXT_TYPES = frozenset({"text/plain", ""})
JSON_TYPES = frozenset({"application/json"})


def namespace_of(request: Request) -> str:
    """The namespace of a path, which names folders; raises `Refusal` 422."""
    namespace: str = request.path_params["namespace"]
    if not _NAMESPACE.fullmatch(namespace):
        raise Refusal(422, f"'{namespace[:80]}' is no namespace")
    return namespace


def content_type(request: Request) -> str:
    """The kind of a body, without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def expect(request: Request, kinds: frozenset[str]) -> None:
    """Refuse a body of another kind; raises `Refusal` 415."""
    given = content_type(request)
    if given not in kinds:
        wanted = " or ".join(sorted(kind for kind in kinds if kind))
        raise Refusal(415, f"Content-Type '{given[:80]}' is not taken here: {wanted}")


async def text_of(request: Request, kinds: frozenset[str]) -> str:
    """The body as text; raises `Refusal` 415 and 400."""
    expect(request, kinds)
    try:
        return (await request.body()).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal(400, "The body is not UTF-8") from None


async def json_of(request: Request) -> Any:
    """The body as JSON; raises `Refusal` 415 and 400."""
    text = await text_of(request, JSON_TYPES)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Refusal(400, "The body is no JSON") from None


@asynccontextmanager
async def form_of(request: Request) -> AsyncIterator[list[tuple[str, str | UploadFile]]]:
    """The parts of a form, none where there is no body; raises `Refusal` 415 and 400."""
    kind = content_type(request)
    if kind not in {"multipart/form-data", "application/x-www-form-urlencoded"}:
        if kind and await request.body():
            raise Refusal(415, f"Content-Type '{kind[:80]}' is not taken here: multipart/form-data")
        yield []
        return
    try:
        form = await request.form(max_files=_MOST_PARTS, max_fields=_MOST_PARTS, max_part_size=16_000_000)
    except (MultiPartException, KeyError, ValueError) as error:
        raise Refusal(400, f"The form can't be read: {error}") from None
    except Exception as error:
        if type(error).__name__ == "HTTPException":
            raise Refusal(400, "The form can't be read") from None
        raise
    try:
        yield list(form.multi_items())
    finally:
        await form.close()


async def inputs_of(request: Request) -> Mapping[str, Any]:
    """Inputs of a flow: a text for each part, the bytes of those that are files."""
    found: dict[str, Any] = {}
    async with form_of(request) as parts:
        for name, value in parts:
            found[name] = await value.read() if isinstance(value, UploadFile) else value
    return found


def flag(request: Request, name: str, *, default: bool = False) -> bool:
    """A parameter that is true or false; raises `Refusal` 400."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if text.lower() not in {"true", "false"}:
        raise Refusal(400, f"Parameter '{name}' is neither true nor false")
    return text.lower() == "true"


def number(request: Request, name: str, default: int, most: int) -> int:
    """A parameter that is a number from 1 on; raises `Refusal` 400."""
    text = request.query_params.get(name)
    if text is None or text == "":
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise Refusal(400, f"Parameter '{name}' is no number from 1 to {most}")
    return int(text)


def labels_of(request: Request, name: str = "labels") -> dict[str, str]:
    """Parameters of the form `key:value`; raises `Refusal` 400."""
    found: dict[str, str] = {}
    for text in request.query_params.getlist(name):
        key, colon, value = text.partition(":")
        if not colon or not key or not value:
            raise Refusal(400, f"Label '{text[:80]}' is not of the form key:value")
        if key.startswith("system.") and key != "system.correlationId":
            raise Refusal(422, f"Label '{key}' is reserved")
        found[key] = value
    return found
