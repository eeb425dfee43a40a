"""The `options` of Kestra's HTTP client, the same for its tasks and for the function `http`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict
from urllib.parse import quote

from tiercel_engine.expressions.texts import java_text
from tiercel_schemas.model.durations import parse_duration

if TYPE_CHECKING:
    import httpx

READ_SECONDS = 300.0
MOST_REDIRECTS = 50
LOGGED = ("REQUEST_HEADERS", "REQUEST_BODY", "RESPONSE_HEADERS", "RESPONSE_BODY")
_AUTH_TYPES = ("BASIC", "BEARER", "DIGEST")
_SCHEMES = {"HTTP": "http", "SOCKS": "socks5"}


class BadOption(ValueError):  # noqa: N818
    """An option that can't be used; its text names it."""


class ClientArguments(TypedDict):
    """What an `httpx` client is made with, the authentication aside."""

    timeout: httpx.Timeout
    follow_redirects: bool
    max_redirects: int
    verify: bool
    proxy: str | None
    trust_env: bool


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """What `options` say; times in seconds, sizes in bytes."""

    connect_timeout: float | None = None
    read_timeout: float = READ_SECONDS
    follow_redirects: bool = True
    allow_failed: bool = False
    allowed_codes: frozenset[int] = frozenset()
    charset: str = "UTF-8"
    verify: bool = True
    auth: Mapping[str, str] = field(default_factory=dict)
    proxy: str | None = None
    logs: frozenset[str] = frozenset()
    longest_answer: int | None = None
    """Of `maxContentLength`, which 1.3 has."""

    def refuses(self, code: int) -> bool:
        """Whether an answer with this status is a failure."""
        if self.allowed_codes:
            return code not in self.allowed_codes and not (code >= 400 and self.allow_failed)
        return code >= 400 and not self.allow_failed

    def client_arguments(self) -> ClientArguments:
        """What to make an `httpx` client with; nothing of this machine's own settings counts."""
        import httpx

        return {
            "timeout": httpx.Timeout(self.read_timeout, connect=self.connect_timeout or READ_SECONDS),
            "follow_redirects": self.follow_redirects,
            "max_redirects": MOST_REDIRECTS,
            "verify": self.verify,
            "proxy": self.proxy,
            "trust_env": False,
        }

    def authentication(self) -> httpx.Auth | None:
        """How requests are signed."""
        import httpx

        kind = self.auth.get("type")
        if kind == "BASIC":
            return httpx.BasicAuth(self.auth.get("username", ""), self.auth.get("password", ""))
        if kind == "DIGEST":
            return httpx.DigestAuth(self.auth.get("username", ""), self.auth.get("password", ""))
        return _bearer(self.auth.get("token", "")) if kind == "BEARER" else None


def read_http_options(own: Mapping[str, Any]) -> HttpOptions:
    """The options that rendered values give, 1.3's flat names read too; raises `BadOption`."""
    timeout = _map(own, "timeout")
    connect = timeout.get("connectTimeout") or own.get("connectTimeout")
    read = timeout.get("readIdleTimeout") or own.get("readTimeout") or own.get("readIdleTimeout")
    ssl = _map(own, "ssl") or _map(own, "sslOptions")
    longest = own.get("maxContentLength")
    return HttpOptions(
        connect_timeout=_seconds("connectTimeout", connect) if connect else None,
        read_timeout=_seconds("readIdleTimeout", read) if read else READ_SECONDS,
        follow_redirects=_flag(own, "followRedirects", default=True),
        allow_failed=_flag(own, "allowFailed", default=False),
        allowed_codes=frozenset(_whole("allowedResponseCodes", code) for code in _list(own, "allowedResponseCodes")),
        charset=_charset(own.get("defaultCharset")),
        verify=not _flag(ssl, "insecureTrustAllCertificates", default=False),
        auth=_auth(own),
        proxy=_proxy(own),
        logs=_logs(own),
        longest_answer=None if longest is None else _whole("maxContentLength", longest),
    )


def _bearer(token: str) -> httpx.Auth:
    import httpx

    class Bearer(httpx.Auth):
        """A token with each request to the first origin."""

        def auth_flow(self, request: httpx.Request) -> Any:
            request.headers["Authorization"] = f"Bearer {token}"
            yield request

    return Bearer()


def _auth(own: Mapping[str, Any]) -> Mapping[str, str]:
    written = _map(own, "auth")
    if not written and own.get("basicAuthUser") is not None:
        written = {"type": "BASIC", "username": own["basicAuthUser"], "password": own.get("basicAuthPassword")}
    if not written:
        return {}
    kind = java_text(written.get("type") or "").upper()
    if kind not in _AUTH_TYPES:
        raise BadOption(f"options.auth.type has to be {', '.join(_AUTH_TYPES)}, not '{kind}'")
    rest = {name: java_text(value) for name, value in written.items() if name != "type" and value is not None}
    return {"type": kind, **rest}


def _proxy(own: Mapping[str, Any]) -> str | None:
    written = _map(own, "proxy")
    if not written:
        flat = {name.removeprefix("proxy"): value for name, value in own.items() if name.startswith("proxy")}
        written = {name[:1].lower() + name[1:]: value for name, value in flat.items() if name}
    # Kestra's default type means no proxy at all, even where an address is given.
    kind = java_text(written.get("type") or "DIRECT").upper()
    if kind == "DIRECT" or not written.get("address"):
        return None
    if kind not in _SCHEMES:
        raise BadOption(f"options.proxy.type has to be DIRECT, HTTP or SOCKS, not '{kind}'")
    user = ""
    if written.get("username"):
        password = quote(java_text(written.get("password") or ""), safe="")
        user = f"{quote(java_text(written['username']), safe='')}:{password}@"
    port = f":{_whole('proxy.port', written['port'])}" if written.get("port") else ""
    return f"{_SCHEMES[kind]}://{user}{java_text(written['address'])}{port}"


def _logs(own: Mapping[str, Any]) -> frozenset[str]:
    asked = frozenset(java_text(each).upper() for each in _list(own, "logs"))
    unknown = sorted(asked.difference(LOGGED))
    if unknown:
        raise BadOption(f"options.logs has no '{unknown[0]}', only {', '.join(LOGGED)}")
    return asked


def _charset(value: Any) -> str:
    import codecs

    name = java_text(value or "UTF-8")
    try:
        codecs.lookup(name)
    except LookupError as error:
        raise BadOption(f"options.defaultCharset: no charset '{name}'") from error
    return name


def _map(own: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = own.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise BadOption(f"options.{name} has to be a map")
    return value


def _list(own: Mapping[str, Any], name: str) -> list[Any]:
    value = own.get(name)
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _flag(own: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = own.get(name)
    return default if value is None else java_text(value).lower() == "true"


def _whole(name: str, value: Any) -> int:
    text = java_text(value)
    if not re.fullmatch(r"[0-9]{1,10}", text):
        raise BadOption(f"options.{name} has to be a whole number, not '{text}'")
    return int(text)


def _seconds(name: str, value: Any) -> float:
    try:
        return parse_duration(java_text(value)).total_seconds()
    except ValueError as error:
        raise BadOption(f"options.timeout.{name} is no duration: '{java_text(value)}'") from error
