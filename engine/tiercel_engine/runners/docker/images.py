"""Images: there already, or pulled with the credentials that a task gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from tiercel_engine.runners.docker.settings import DockerSettings

if TYPE_CHECKING:
    from docker import APIClient

_CREDENTIALS = {
    "username": "username",
    "password": "password",
    "registry": "serveraddress",
    "registryToken": "registrytoken",
    "identityToken": "identitytoken",
    "auth": "auth",
}
_HELPERS = frozenset({"credsStore", "credHelpers"})


def ensure_image(
    client: APIClient,
    image: str,
    settings: DockerSettings,
    remark: Callable[[Literal["DEBUG", "WARN"], str], None],
) -> None:
    """Pull an image as the pull policy says; raises what the SDK raises."""
    from docker.errors import APIError, ImageNotFound

    if settings.pull_policy == "NEVER":
        return
    if settings.pull_policy == "IF_NOT_PRESENT":
        try:
            client.inspect_image(image)  # type: ignore[no-untyped-call]
        except ImageNotFound:
            pass
        else:
            return
    remark("DEBUG", f"Pulling image '{image}'")
    repository, tag = _repository_and_tag(image)
    steps = client.pull(repository, tag=tag, stream=True, decode=True, auth_config=_auth(image, settings))
    for step in steps:
        if "error" in step:
            raise APIError(f"Cannot pull image '{image}'", explanation=f"Cannot pull image '{image}': {step['error']}")
        if step.get("status") and not step.get("progressDetail"):
            layer = f"{step['id']}: " if step.get("id") else ""
            remark("DEBUG", f"{layer}{step['status']}")
    remark("DEBUG", f"Image pulled '{image}'")


def _repository_and_tag(image: str) -> tuple[str, str]:
    from docker.utils import parse_repository_tag

    repository, tag = parse_repository_tag(image)
    return str(repository), str(tag or "latest")


def _auth(image: str, settings: DockerSettings) -> dict[str, Any] | None:
    from docker import auth

    if settings.credentials:
        given = {_CREDENTIALS[name]: value for name, value in settings.credentials.items() if name in _CREDENTIALS}
        if "auth" in given:
            given["username"], given["password"] = auth.decode_auth(given.pop("auth"))
        return given
    if not settings.config:
        return None  # The SDK reads the machine's own configuration then.
    registry, _ = auth.resolve_repository_name(image)
    # Helpers are programs of this machine, which a flow has no business to start.
    harmless = {name: value for name, value in settings.config.items() if name not in _HELPERS}
    found: dict[str, Any] | None = auth.load_config(config_dict=harmless).resolve_authconfig(registry)
    return found or {}
