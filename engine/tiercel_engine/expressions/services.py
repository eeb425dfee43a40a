"""What functions need from the run that renders: one protocol, and an implementation that has next to nothing."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class Unavailable(Exception):  # noqa: N818 - a state of the surroundings
    """The service is not there where this template is rendered; `what` names it in plain words."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} are not available here")


class NamespaceMissing(LookupError):  # noqa: N818 - an answer of the service
    """The namespace that was asked for doesn't exist."""


class NotAllowed(Exception):  # noqa: N818 - an answer of the service
    """The file or namespace may not be read; the message says why."""


@dataclass(frozen=True, slots=True)
class HttpCall:
    """A request of the function `http`. `body` is the serialised body or None."""

    uri: str
    method: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A response to the function `http`."""

    status: int
    body: bytes
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class SubflowCall:
    """A run asked for by the function `subflow`; `timeout` is an ISO 8601 duration."""

    namespace: str
    id: str
    inputs: Mapping[str, Any]
    labels: Mapping[str, Any]
    revision: int | None
    timeout: str


class RenderServices(Protocol):
    """The surroundings of a rendering. Whatever is not there raises `Unavailable`."""

    def now(self) -> dt.datetime:
        """The current moment, with a zone."""

    def zone(self) -> str:
        """The id of the zone that dates are read and written in by default, such as `UTC`."""

    def random(self) -> random.Random:
        """The source of random numbers."""

    def free_port(self) -> int:
        """A TCP port that nobody listens on."""

    def kv(self, namespace: str, key: str) -> Any:
        """A value of exactly this namespace. Raises KeyError when it is missing or expired."""

    def namespace_exists(self, namespace: str) -> bool:
        """Whether a namespace is known."""

    def secret(self, namespace: str, key: str) -> str:
        """A secret. Raises KeyError when there is none."""

    def read_namespace_file(self, namespace: str, path: str, revision: int | None) -> bytes:
        """The content of a namespace file; `path` begins with `/`. Raises FileNotFoundError or NotAllowed."""

    def read_uri(self, uri: str) -> bytes:
        """The content behind a `kestra://` or `file://` URI. Raises FileNotFoundError or NotAllowed."""

    def http(self, call: HttpCall) -> HttpAnswer:
        """Makes a request. Raises OSError when there is no answer."""

    def subflow(self, call: SubflowCall) -> Mapping[str, Any]:
        """Runs a flow to its end: `{id, state, outputs, labels}`. Raises KeyError when there is no such flow."""

    def error_logs(self) -> list[Mapping[str, Any]]:
        """The ERROR log entries of the execution so far."""

    def mask(self, value: Any) -> Any:
        """Plain data without the secrets that have been read."""


class BareServices:
    """A clock and random numbers, and nothing else. The base of fuller implementations."""

    def now(self) -> dt.datetime:
        """The moment by the clock of this machine."""
        return dt.datetime.now(dt.UTC)

    def zone(self) -> str:
        """Always `UTC`."""
        return "UTC"

    def random(self) -> random.Random:
        """Unpredictable numbers."""
        return random.SystemRandom()

    def free_port(self) -> int:
        """Not available."""
        raise Unavailable("Ports")

    def kv(self, namespace: str, key: str) -> Any:  # noqa: ARG002
        """Not available."""
        raise Unavailable("KV pairs")

    def namespace_exists(self, namespace: str) -> bool:  # noqa: ARG002
        """No namespace is known."""
        return False

    def secret(self, namespace: str, key: str) -> str:  # noqa: ARG002
        """Not available."""
        raise Unavailable("Secrets")

    def read_namespace_file(self, namespace: str, path: str, revision: int | None) -> bytes:  # noqa: ARG002
        """Not available."""
        raise Unavailable("Namespace files")

    def read_uri(self, uri: str) -> bytes:  # noqa: ARG002
        """Not available."""
        raise Unavailable("Files of internal storage")

    def http(self, call: HttpCall) -> HttpAnswer:  # noqa: ARG002
        """Not available."""
        raise Unavailable("HTTP requests")

    def subflow(self, call: SubflowCall) -> Mapping[str, Any]:  # noqa: ARG002
        """Not available."""
        raise Unavailable("Subflows")

    def error_logs(self) -> list[Mapping[str, Any]]:
        """Not available."""
        raise Unavailable("Error logs")

    def mask(self, value: Any) -> Any:
        """The data as it is: no secret can have been read."""
        return value


NO_SERVICES = BareServices()
"""For templates that need nothing from a run."""
