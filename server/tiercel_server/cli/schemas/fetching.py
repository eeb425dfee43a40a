"""Asks a Kestra server for its schemas. Only `tiercel schema pull` does."""

from __future__ import annotations

import base64
import http.client
import json
import os
import socket
import ssl
import time
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, quote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from tiercel_server.cli.schemas.keeping import LARGEST
from tiercel_server.cli.schemas.pull_command import PASSWORD, TOKEN, USER

_API = "/api/v1"
_PIECE = 1 << 20
_PATIENCE = 10


class PullError(Exception):
    """The server gave no schema; the message says why and what to do."""


def credentials(environment: Mapping[str, str] = os.environ) -> Mapping[str, str]:
    """The header that proves who asks, from the environment; none where nothing is set.

    Raises:
        PullError: if there is a user and no password.
    """
    token, user, password = (environment.get(name, "") for name in (TOKEN, USER, PASSWORD))
    if token:
        return {"Authorization": f"Bearer {token}"}
    if user and not password:
        raise PullError(f"{USER} is set and {PASSWORD} is not.")
    if not user:
        return {}
    pair = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    return {"Authorization": f"Basic {pair}"}


class _NoRedirect(HTTPRedirectHandler):
    # A redirect would carry the credentials to wherever it points.
    def redirect_request(self, *_: Any) -> None:
        return None


class _NotFoundError(PullError):
    pass


class Server:
    """A Kestra server. `timeout`: seconds without any sign of it before giving up."""

    def __init__(self, url: str, tenant: str | None, headers: Mapping[str, str], timeout: float) -> None:
        parts = _split(url)
        if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
            raise PullError(
                f"{_without_user(url)} is no address of a server: write it as http://localhost:8080, and give"
                f" credentials by {TOKEN}, or {USER} and {PASSWORD}."
            )
        path = parts.path.rstrip("/").removesuffix(_API)
        self.address = f"{parts.scheme}://{parts.netloc}{path}"
        self._tenant = tenant
        self._headers = {"Accept": "application/json", "User-Agent": "tiercel", **headers}
        self._timeout = timeout
        self._opener = build_opener(_NoRedirect())

    def flow_schema(self) -> Any:
        """The schema of flows.

        Raises:
            PullError: if there is none to be had.
        """
        # The plain path is the usual one; some servers know it only below a tenant.
        prefixes = [f"/{quote(self._tenant, safe='')}", ""] if self._tenant else ["", "/main"]
        for prefix in prefixes:
            try:
                return self._get(f"{_API}{prefix}/plugins/schemas/flow")
            except _NotFoundError:
                continue
        raise PullError(
            f"{self.address} has no {_API}{prefixes[0]}/plugins/schemas/flow (404): is it a Kestra server, and is the"
            f" tenant right?"
        )

    def release(self) -> str | None:
        """The server's own version; None where it doesn't tell."""
        try:
            found = self._get(f"{_API}/configs")
        except _NotFoundError:
            return None
        version = found.get("version") if isinstance(found, dict) else None
        return version if isinstance(version, str) else None

    def documentation(self, name: str) -> Any | None:
        """What the server tells of one plugin type; None where it doesn't.

        Raises:
            PullError: if there is no answer at all.
        """
        try:
            return self._get(f"{_API}/plugins/{quote(name, safe='.')}")
        except _NotFoundError:
            return None

    def _get(self, path: str) -> Any:
        request = Request(self.address + path, headers=self._headers)  # noqa: S310 - the scheme was looked at
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                data = self._body(answer)
        except HTTPError as error:
            with error:
                raise self._refusal(error, path) from None
        except (URLError, http.client.HTTPException, OSError) as error:
            raise PullError(f"No answer from {self.address}: {self._reason(error)}.") from None
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            raise PullError(
                f"{self.address}{path} answers with something other than JSON: is it a Kestra server?"
            ) from None

    def _body(self, answer: http.client.HTTPResponse) -> bytes:
        pieces: list[bytes] = []
        size = 0
        latest = time.monotonic() + _PATIENCE * self._timeout
        while piece := answer.read1(_PIECE):
            size += len(piece)
            if time.monotonic() > latest:
                raise PullError(
                    f"{self.address} sends too slowly: not done after {_PATIENCE * self._timeout:g} seconds."
                )
            if size > LARGEST:
                raise PullError(
                    f"{self.address} sends more than {LARGEST // 2**20} MiB: too much for a schema of flows."
                )
            pieces.append(piece)
        if answer.length:
            raise PullError(f"{self.address} broke off in the middle of its answer: try again.")
        return b"".join(pieces)

    def _refusal(self, error: HTTPError, path: str) -> PullError:
        has_credentials = "Authorization" in self._headers
        if error.code == 404:
            return _NotFoundError(f"{self.address} has no {path} (404).")
        if error.code == 401 and has_credentials:
            return PullError(
                f"{self.address} does not accept these credentials (401): look at {TOKEN}, {USER}, {PASSWORD}."
            )
        if error.code == 401:
            return PullError(f"{self.address} asks who you are (401): set {TOKEN}, or {USER} and {PASSWORD}.")
        if error.code == 403:
            return PullError(f"{self.address} does not allow it (403): the account may not read plugins.")
        if 300 <= error.code < 400:
            target = urlsplit(error.headers.get("Location", ""))
            where = f" to {target.scheme}://{target.hostname}" if target.hostname else ""
            return PullError(
                f"{self.address}{path} redirects{where} ({error.code}): give --url where the server itself is."
            )
        return PullError(f"{self.address}{path} answers with status {error.code}.")

    def _reason(self, error: Exception) -> str:
        cause = error.reason if isinstance(error, URLError) else error
        if isinstance(cause, TimeoutError):
            return f"nothing came for {self._timeout:g} seconds"
        if isinstance(cause, ConnectionRefusedError):
            return "nothing listens there"
        if isinstance(cause, socket.gaierror):
            return "there is no such host"
        if isinstance(cause, ssl.SSLError):
            return f"its certificate or TLS is not in order ({cause.reason})"
        return str(cause) or type(cause).__name__


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        # Only asking for the port tells that it is none.
        is_sound = parts.port is None or parts.port > 0
    except ValueError:
        return None
    return parts if is_sound else None


def _without_user(url: str) -> str:
    scheme, found, rest = url.rpartition("://")
    return f"{scheme}{found}{rest.rpartition('@')[2]}"
