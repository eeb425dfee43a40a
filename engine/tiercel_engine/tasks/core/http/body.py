"""What a request sends: headers, and a body of text, of form fields or of parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from tiercel_engine.expressions.http_options import HttpOptions
from tiercel_engine.tasks.api import TaskContext
from tiercel_engine.tasks.properties import as_text, mapping, text
from tiercel_engine.tasks.working_files import local_file

_FORM_CHARSET = "ISO-8859-1"
_STORED = frozenset({"kestra", "nsfile"})

Parts = list[tuple[str, Any]]


async def request_body(
    context: TaskContext, options: HttpOptions, accept: str | None
) -> tuple[bytes | None, Parts, dict[str, str]]:
    """The content, or the parts of a form with files, and the headers; raises `TaskFailure` for a file that is not."""
    headers = {
        "Accept-Encoding": "gzip, x-gzip, deflate",
        "Connection": "keep-alive",
        "User-Agent": "Kestra",
    }
    if accept is not None:
        headers["Accept"] = accept
    content_type = await text(context, "contentType")
    form = await mapping(context, "formData")
    content: bytes | None = None
    parts: Parts = []
    if form and (content_type or "").lower().startswith("multipart/"):
        parts = [(name, _part(context, value)) for name, value in form.items()]
    elif form:
        content = urlencode(
            {name: as_text(value) for name, value in form.items()}, encoding=_FORM_CHARSET, errors="replace"
        ).encode()
        headers["Content-Type"] = f"application/x-www-form-urlencoded; charset={_FORM_CHARSET}"
    else:
        body = await text(context, "body")
        if body is not None:
            content = body.encode(options.charset, errors="replace")
            headers["Content-Type"] = f"{content_type or 'application/json'}; charset={options.charset}"
    own = {name: as_text(value) for name, value in (await mapping(context, "headers")).items() if value is not None}
    replaced = {name.lower() for name in own}
    kept = {name: value for name, value in headers.items() if name.lower() not in replaced}
    return content, parts, {**kept, **own}


def _part(context: TaskContext, value: Any) -> Any:
    if isinstance(value, Mapping):
        return as_text(value.get("name")), _content(context, as_text(value.get("content")))
    written = as_text(value)
    if urlsplit(written).scheme in _STORED:
        path = local_file(context, written)
        return path.name, path.read_bytes()
    return None, written.encode()


def _content(context: TaskContext, written: str) -> bytes:
    return local_file(context, written).read_bytes() if urlsplit(written).scheme in _STORED else written.encode()
