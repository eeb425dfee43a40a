"""Where secrets come from: variables of the environment as Kestra reads them, and dotenv files."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

PREFIX = "SECRET_"


class SecretSource(Protocol):
    """Gives secrets by name, in any case."""

    def get(self, name: str) -> str | None:
        """The secret, None when there is none; raises `SecretBackendError` when that can't be told."""


class EnvironmentSecrets:
    """`SECRET_NAME` variables whose values are base64.

    `skipped` names the variables that are no base64 and were left out.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._values: dict[str, str] = {}
        skipped = []
        for name, text in variables.items():
            if not name.upper().startswith(PREFIX):
                continue
            try:
                decoded = base64.b64decode(re.sub(r"\s", "", text), validate=True).decode("utf-8")
            except (binascii.Error, UnicodeDecodeError):
                skipped.append(name)
                continue
            self._values[name.upper().removeprefix(PREFIX)] = decoded
        self.skipped = tuple(sorted(skipped))

    def get(self, name: str) -> str | None:
        """The secret, None when there is none."""
        return self._values.get(name.upper())

    def names(self) -> list[str]:
        """The names known, in capitals, sorted."""
        return sorted(self._values)


class PlainSecrets:
    """Secrets as they are, by name."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = {name.upper(): value for name, value in values.items()}

    def get(self, name: str) -> str | None:
        """The secret, None when there is none."""
        return self._values.get(name.upper())

    def names(self) -> list[str]:
        """The names known, in capitals, sorted."""
        return sorted(self._values)


class FirstOf:
    """Several sources; the first one that knows a secret gives it."""

    def __init__(self, sources: Sequence[SecretSource]) -> None:
        self._sources = tuple(sources)

    def get(self, name: str) -> str | None:
        """The secret, None when no source has it."""
        found = (source.get(name) for source in self._sources)
        return next((secret for secret in found if secret is not None), None)


def dotenv_secrets(path: Path) -> SecretSource:
    """The secrets of a dotenv file, plain values; `SECRET_NAME` entries are base64 as in the environment.

    Raises `OSError` when the file can't be read.
    """
    import io

    from dotenv import dotenv_values

    text = path.read_text(encoding="utf-8")
    values = {
        name: value
        for name, value in dotenv_values(stream=io.StringIO(text), interpolate=False).items()
        if value is not None
    }
    plain = {name: value for name, value in values.items() if not name.upper().startswith(PREFIX)}
    return FirstOf([EnvironmentSecrets(values), PlainSecrets(plain)])
