"""Finding the Docker daemon of this machine, and saying why there is none."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docker import APIClient

PING_SECONDS = 3
_API_SECONDS = 60
INSTALL = "install the extra with `pip install 'tiercel[docker]'`"


@dataclass(frozen=True, slots=True)
class Daemon:
    """A daemon that answered; `host` is its address as the SDK takes it."""

    host: str


@dataclass(frozen=True, slots=True)
class NoDaemon:
    """Why there is no daemon to use, as the end of a sentence."""

    reason: str


@lru_cache(maxsize=32)
def find_daemon(host: str | None = None) -> Daemon | NoDaemon:
    """The daemon at `host`, or the first that answers of those that this machine may have. Asked once per process.

    Without `host`: what `DOCKER_HOST` names, else the usual sockets of Docker and Podman.
    """
    named = host or os.environ.get("DOCKER_HOST")
    places = [named] if named else [f"unix://{path}" for path in _usual_sockets() if path.is_socket()]
    if not places:
        return NoDaemon("no Docker daemon answers on this machine")
    if named and named.startswith("unix://") and not Path(named.removeprefix("unix://")).is_socket():
        return NoDaemon(f"no Docker daemon answers at {named}")
    try:
        import docker  # noqa: F401
    except ImportError:
        return NoDaemon(f"the Docker SDK is not installed ({INSTALL})")
    complaint = ""
    for place in places:
        try:
            client = connect(place, PING_SECONDS)
        except Exception as error:  # noqa: BLE001  (whatever the SDK and its layers raise means the same here)
            complaint = complaint or _cause(error)
            continue
        client.close()
        return Daemon(place)
    return NoDaemon(f"no Docker daemon answers at {places[0]} ({complaint})")


def connect(host: str, seconds: int = _API_SECONDS) -> APIClient:
    """A client of the daemon at `host`; raises what the SDK raises when it does not answer."""
    import docker
    from docker.tls import TLSConfig

    tls: TLSConfig | bool = False
    certificates = os.environ.get("DOCKER_CERT_PATH")
    if host.startswith("tcp://") and os.environ.get("DOCKER_TLS_VERIFY") and certificates:
        folder = Path(certificates)
        tls = TLSConfig(
            client_cert=(str(folder / "cert.pem"), str(folder / "key.pem")), ca_cert=str(folder / "ca.pem"), verify=True
        )
    client = docker.APIClient(base_url=host, timeout=seconds, tls=tls)
    client.ping()
    return client


def _usual_sockets() -> list[Path]:
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    own = [Path(runtime) / "docker.sock", Path(runtime) / "podman" / "podman.sock"] if runtime else []
    home = Path.home() / ".docker"
    return [Path("/var/run/docker.sock"), home / "run" / "docker.sock", home / "desktop" / "docker.sock", *own]


def _cause(error: BaseException) -> str:
    while error.__cause__ is not None or error.__context__ is not None:
        error = error.__cause__ or error.__context__ or error
    return str(error) or type(error).__name__
