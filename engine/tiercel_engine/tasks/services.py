"""What a run on this machine lends to its tasks, put together from a project's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tiercel_engine.runners.policy import RunnerMode, RunnerPolicy
from tiercel_engine.secrets import EnvironmentSecrets, FirstOf, Masker, SecretSource, dotenv_secrets
from tiercel_engine.storage import InternalStorage, KvStore, NamespaceFiles
from tiercel_schemas.model.project import Project


@dataclass(frozen=True, slots=True)
class LocalServices:
    """Storage, keys, files, secrets and runners of a project; `masker` learns the secrets that are read."""

    storage: InternalStorage
    kv: KvStore
    files: NamespaceFiles
    secrets: SecretSource
    runners: RunnerPolicy = field(default_factory=RunnerPolicy)
    masker: Masker = field(default_factory=Masker)
    notes: tuple[str, ...] = ()
    """What an author should know: secrets that could not be read."""


def local_services(
    state_folder: Path,
    project: Project,
    project_folder: Path,
    environment: Mapping[str, str],
    runner: RunnerMode | None = None,
) -> LocalServices:
    """The services of a project whose state lives in `state_folder`.

    Keys that `tiercel.yaml` gives a namespace are put in place where there are none yet. `runner` comes before the
    project's own. Raises `OSError` for a dotenv file that can't be read.
    """
    storage = InternalStorage(state_folder / "storage")
    kv = KvStore(state_folder / "kv")
    folders = {}
    for namespace, settings in project.namespaces.items():
        for key, value in settings.kv.items():
            if kv.get(namespace, key) is None:
                kv.set(namespace, key, value)
        if settings.files is not None:
            folders[namespace] = project_folder / settings.files
    from_environment = EnvironmentSecrets(environment)
    secrets: list[SecretSource] = [from_environment]
    dotenv_files = [project.run.dotenv, *(own.secrets.dotenv for own in project.namespaces.values() if own.secrets)]
    secrets += [dotenv_secrets(project_folder / name) for name in dotenv_files if name]
    notes = tuple(
        f"environment variable {name} is no base64 text, so the secret is unknown" for name in from_environment.skipped
    )
    return LocalServices(
        storage,
        kv,
        NamespaceFiles(storage, folders),
        FirstOf(secrets),
        RunnerPolicy(runner or RunnerMode(project.run.runner)),
        notes=notes,
    )
