"""What every request passes: who may ask, from which page, how much, how slowly; and what every answer bears."""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import anyio
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tiercel_server.serving.errors import Refusal, error_body
from tiercel_server.serving.server_log import ServerLog

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
_LINGER = 2.0
"""Seconds for which the rest of a refused body is still read."""
_MOST_DISCARDED = 16 * 1024 * 1024
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_WEBHOOKS = "/api/v1/main/executions/webhook/"
_OPEN = frozenset({"/health", "/health/liveness", "/health/readiness"})
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Mapping[bytes, bytes] = {
    b"content-security-policy": _POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cache-control": b"no-store",
    b"cross-origin-resource-policy": b"same-origin",
}


@dataclass(frozen=True, slots=True)
class Doorkeeping:
    """Who may come in. Without `user` and `token` everybody may, which is for loopback only."""

    user: str | None = None
    password: str = ""
    token: str | None = None
    hosts: frozenset[str] | None = LOOPBACK
    """Names that a request may call this server by; None for any, where it is not bound to loopback."""
    largest_body: int = 16_000_000
    patience: float = 30.0
    """Seconds that a client may take to send a body."""

    @property
    def is_open(self) -> bool:
        """Whether nobody is asked who he is."""
        return self.user is None and self.token is None

    def knows(self, header: str) -> bool:
        """Whether an `Authorization` header is one that lets in."""
        kind, _, value = header.partition(" ")
        if self.token is not None and kind.lower() == "bearer":
            return hmac.compare_digest(value.strip().encode(), self.token.encode())
        if self.user is not None and kind.lower() == "basic":
            try:
                given = base64.b64decode(value.strip(), validate=True)
            except ValueError:
                return False
            return hmac.compare_digest(given, f"{self.user}:{self.password}".encode())
        return False


class Guard:
    """An ASGI application around another."""

    def __init__(self, app: ASGIApp, doors: Doorkeeping, log: ServerLog) -> None:
        self._app = app
        self._doors = doors
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer why not."""
        if scope["type"] != "http":
            return
        began = time.monotonic()
        status = 0

        async def tell(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                there = {name.lower() for name, _ in message["headers"]}
                more = [(name, value) for name, value in _HEADERS.items() if name not in there]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        try:
            self._admit(scope)
            await self._app(scope, _Body(self._doors, receive).receive, tell)
        except Refusal as refusal:
            if status == 0:
                # What is left of the body is not read: the connection can't be used again.
                headers = {"connection": "close"}
                if refusal.status == 401:
                    headers["www-authenticate"] = 'Basic realm="tiercel"'
                await _discard(receive)
                await JSONResponse(error_body(refusal.message), refusal.status, headers)(scope, receive, tell)
        except Exception as error:  # noqa: BLE001  (a fault of ours costs one answer, and says nothing of itself)
            await self._fail(scope, receive, tell, error, begun=status != 0)
        finally:
            took = round((time.monotonic() - began) * 1000)
            level = "ERROR" if status >= 500 else "DEBUG" if status < 400 else "INFO"
            path = _shown(scope["path"])
            self._log.write(level, "request", method=scope["method"], path=path, status=status, ms=took)

    async def _fail(self, scope: Scope, receive: Receive, send: Send, error: Exception, *, begun: bool) -> None:
        self._log.write(
            "ERROR", "a request failed", path=_shown(scope["path"]), fault=f"{type(error).__name__}: {error}"
        )
        if not begun:
            await JSONResponse(error_body("Internal server error"), 500)(scope, receive, send)

    def _admit(self, scope: Scope) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get("host", "")
        if self._doors.hosts is not None and _name_of(host) not in self._doors.hosts:
            # A page of another name that resolves to this machine must not get in.
            raise Refusal(421, f"This server is not called '{_shown(host)}'")
        path = scope["path"]
        is_webhook = path.startswith(_WEBHOOKS)
        if not is_webhook and path not in _OPEN:
            if not self._doors.is_open and not self._doors.knows(headers.get("authorization", "")):
                raise Refusal(401, "Unauthorized")
            if scope["method"] not in _READING:
                _check_origin(headers, host)
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            raise Refusal(400, "Bad Content-Length")
        if int(length) > self._doors.largest_body:
            raise Refusal(413, f"The body is larger than {self._doors.largest_body} bytes")


async def _discard(receive: Receive) -> None:
    """Read on for a moment: a client that is still sending when the connection ends never sees the answer."""
    read = 0
    with anyio.move_on_after(_LINGER):
        while read < _MOST_DISCARDED:
            message = await receive()
            read += len(message.get("body", b""))
            if message["type"] != "http.request" or not message.get("more_body", False):
                return


def _check_origin(headers: Mapping[str, str], host: str) -> None:
    """Let nothing be changed by a page of somebody else's."""
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        raise Refusal(403, "Requests of pages from elsewhere change nothing here")
    if headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        raise Refusal(403, "Requests of pages from elsewhere change nothing here")


def _name_of(host: str) -> str:
    name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    return name.lower()


def _shown(path: str) -> str:
    """A path for logs: short, and a webhook's key is a password."""
    if path.startswith(_WEBHOOKS):
        steps = path.removeprefix(_WEBHOOKS).split("/")
        return _WEBHOOKS + "/".join([*steps[:2], *("***" for _ in steps[2:3])])
    return path if len(path) <= 200 else path[:199] + "…"


class _Body:
    """The body of a request: no larger and no slower than is allowed."""

    def __init__(self, doors: Doorkeeping, receive: Receive) -> None:
        self._doors = doors
        self._receive = receive
        self._size = 0
        self._end = anyio.current_time() + doors.patience
        self._whole = False

    async def receive(self) -> Message:
        if self._whole:
            return await self._receive()
        message: Message | None = None
        with anyio.move_on_after(max(self._end - anyio.current_time(), 0)):
            message = await self._receive()
        if message is None:
            raise Refusal(408, "The body took too long to arrive")
        if message["type"] == "http.request":
            self._size += len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
            if self._size > self._doors.largest_body:
                raise Refusal(413, f"The body is larger than {self._doors.largest_body} bytes")
        return message
