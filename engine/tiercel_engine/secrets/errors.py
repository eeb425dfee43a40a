"""What goes wrong between Tiercel and a keeper of secrets."""

from __future__ import annotations


class SecretBackendError(Exception):
    """A keeper that can't be asked: not reachable, not signed in, not installed. Its text never holds a secret."""


class MissingExtraError(SecretBackendError):
    """The library for a keeper is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs another package: pip install 'tiercel[{extra}]'")
