"""`http.Request`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiercel_engine.expressions.http_options import HttpOptions
from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.core.http.exchange import exchange, header_lists, read_options
from tiercel_engine.tasks.properties import flag

if TYPE_CHECKING:
    import httpx


@task_type("io.kestra.plugin.core.http.Request", "io.kestra.plugin.fs.http.Request")
class Request:
    """Sends a request and gives back the answer."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri`, `code`, `headers`, and `body` or `encryptedBody` (text); raises `TaskFailure`."""
        options = await read_options(context)
        async with exchange(context, options) as response:
            content = await read_content(response, options)
            charset = response.charset_encoding or options.charset
            try:
                body = content.decode(charset, errors="replace")
            except LookupError:
                body = content.decode("utf-8", errors="replace")
            told = {"uri": str(response.url), "code": response.status_code, "headers": header_lists(response)}
            if await flag(context, "encryptBody", default=False):
                # Kestra keeps it encrypted and gives it to expressions in the clear. Here nothing keeps secrets at all.
                context.services.masker.add(body)
                return TaskResult({**told, "encryptedBody": body})
            return TaskResult({**told, "body": body})


async def read_content(response: httpx.Response, options: HttpOptions) -> bytes:
    """The content of an answer; raises `TaskFailure` for one that is longer than the options allow."""
    if response.is_stream_consumed or options.longest_answer is None:
        return await response.aread()
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > options.longest_answer:
            raise TaskFailure(f"The answer has more than {options.longest_answer} bytes (`maxContentLength`)")
    return bytes(content)
