"""A command that prints a secret: `pass show {name}`, `security find-generic-password -w -s {name}` and the like."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tiercel_engine.secrets.errors import SecretBackendError
from tiercel_engine.secrets.names import may_be_asked
from tiercel_schemas.model.project_secrets import NAME_MARK

_SECONDS = 60
_NOT_FOUND = 1
_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class CommandSecrets:
    """Runs a command in the project's folder, without a shell.

    Exit code 1 means that there is no such secret; where `absence` has texts, only if its complaint holds one.
    """

    command: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]
    absence: tuple[str, ...] = ()

    def get(self, name: str) -> str | None:
        """What the command prints less the last line break, None when there is none; raises `SecretBackendError`."""
        if not may_be_asked(name):
            return None
        program = self.command[0]
        try:
            done = subprocess.run(  # noqa: S603  (the project's owner wrote it; no shell)
                [part.replace(NAME_MARK, name) for part in self.command],
                cwd=self.folder,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise SecretBackendError(f"`{program}` gave no secret within {_SECONDS} seconds") from None
        except OSError as error:
            raise SecretBackendError(f"`{program}` can't be started: {error.strerror or error}") from None
        complaint = done.stderr.decode("utf-8", "replace").strip()
        if done.returncode != 0:
            if done.returncode == _NOT_FOUND and self._says_absent(complaint):
                return None
            first = complaint.splitlines()[0] if complaint else "it says nothing"
            raise SecretBackendError(f"`{program}` ended with code {done.returncode}: {first}")
        if len(done.stdout) > _LARGEST:
            raise SecretBackendError(f"`{program}` printed more than {_LARGEST} bytes: no secret is so long")
        try:
            text = done.stdout.decode("utf-8")
        except UnicodeDecodeError:
            raise SecretBackendError(f"`{program}` printed a secret that is not UTF-8 text") from None
        return text.removesuffix("\n").removesuffix("\r") or None

    def _says_absent(self, complaint: str) -> bool:
        return not self.absence or any(words in complaint for words in self.absence)


def open_backend(command: tuple[str, ...], folder: Path, environment: Mapping[str, str]) -> CommandSecrets:
    """The secrets that a command knows."""
    return CommandSecrets(command, folder, environment)
