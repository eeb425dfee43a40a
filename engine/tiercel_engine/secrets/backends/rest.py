"""A question to a keeper with a plain HTTP interface."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from tiercel_engine.secrets.errors import SecretBackendError

_SECONDS = 30


def fetched(what: str, url: str, token: str, query: Mapping[str, str] | None = None) -> Mapping[str, Any] | None:
    """The JSON object behind a URL, None where it is not found; raises `SecretBackendError`."""
    import httpx

    try:
        answer = httpx.get(url, params=query, headers={"Authorization": f"Bearer {token}"}, timeout=_SECONDS)
    except httpx.HTTPError as error:
        raise SecretBackendError(f"{what} can't be asked: {type(error).__name__}: {error}") from None
    if answer.status_code == HTTPStatus.NOT_FOUND:
        return None
    if answer.status_code != HTTPStatus.OK:
        raise SecretBackendError(f"{what} refuses: status {answer.status_code}")
    try:
        content = answer.json()
    except ValueError:
        content = None
    if not isinstance(content, Mapping):
        raise SecretBackendError(f"{what} gave an answer that is no JSON object")
    return content
