"""What a run on this machine lends to its tasks, put together from a project's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tiercel_engine.runners.policy import RunnerMode, RunnerPolicy
from tiercel_engine.secrets import EnvironmentSecrets, Masker, ProjectSecrets
from tiercel_engine.secrets.backends import open_backends
from tiercel_engine.storage import KvStore, NamespaceFiles, Storage, StorageAccess, open_storage
from tiercel_engine.storage.access import upwards
from tiercel_schemas.model.project import Project


@dataclass(frozen=True, slots=True)
class LocalServices:
    """Storage, keys, files, secrets and runners of a project; `masker` learns the secrets that are read."""

    storage: Storage
    kv: KvStore
    files: NamespaceFiles
    secrets: ProjectSecrets
    runners: RunnerPolicy = field(default_factory=RunnerPolicy)
    masker: Masker = field(default_factory=Masker)
    notes: tuple[str, ...] = ()
    """What an author should know: secrets that could not be read."""
    variables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The variables that `tiercel.yaml` gives to namespaces, as written there."""
    namespaces: frozenset[str] = frozenset()
    """The namespaces that `tiercel.yaml` names."""
    state_folder: Path | None = None
    """Where the project's state lives: its history, and what tasks keep from run to run."""

    def namespace_variables(self, namespace: str) -> dict[str, Any]:
        """`namespace` of expressions: what the namespace and those above it have, the nearest one's value first."""
        merged: dict[str, Any] = {}
        for name in reversed(tuple(upwards(namespace))):
            merged = {**merged, **self.variables.get(name, {})}
        return merged


def local_services(
    state_folder: Path,
    project: Project,
    project_folder: Path,
    environment: Mapping[str, str],
    runner: RunnerMode | None = None,
) -> LocalServices:
    """The services of a project whose state lives in `state_folder`.

    Keys that `tiercel.yaml` gives a namespace are put in place where there are none yet. `runner` comes before the
    project's own. No keeper of secrets is asked before a flow reads one. Raises `OSError` for a dotenv file that
    can't be read, `StorageError` for an internal storage that can't be reached.
    """
    storage = open_storage(project.storage, state_folder, environment, _access(project))
    kv = KvStore(state_folder / "kv")
    folders = {}
    for namespace, settings in project.namespaces.items():
        for key, value in settings.kv.items():
            if kv.get(namespace, key) is None:
                kv.set(namespace, key, value)
        if settings.files is not None:
            folders[namespace] = project_folder / settings.files
    from_environment = EnvironmentSecrets(environment)
    return LocalServices(
        storage,
        kv,
        NamespaceFiles(storage, folders),
        _secrets(project, project_folder, environment, from_environment),
        RunnerPolicy(
            runner or RunnerMode(project.run.runner),
            allows_volumes=project.run.docker.volume_enabled,
            allows_privileged=project.run.docker.privileged_enabled,
            modes={name: RunnerMode(mode) for name, mode in project.run.runners.items()} if runner is None else {},
        ),
        notes=tuple(
            f"environment variable {name} is no base64 text, so the secret is unknown"
            for name in from_environment.skipped
        ),
        namespaces=frozenset(project.namespaces),
        variables={name: own.variables for name, own in project.namespaces.items() if own.variables},
        state_folder=state_folder,
    )


def project_secrets(project: Project, project_folder: Path, environment: Mapping[str, str]) -> ProjectSecrets:
    """The secrets that a project's flows may read; raises `OSError` for a dotenv file that can't be read."""
    return _secrets(project, project_folder, environment, EnvironmentSecrets(environment))


def _secrets(
    project: Project, folder: Path, environment: Mapping[str, str], first: EnvironmentSecrets
) -> ProjectSecrets:
    from tiercel_engine.secrets.backends.dotenv import open_backend

    by_namespace = {
        name: open_backends(own.secrets, folder, environment) for name, own in project.namespaces.items() if own.secrets
    }
    last = open_backends(project.run.secrets, folder, environment)
    if project.run.dotenv is not None:
        last = (open_backend(project.run.dotenv, folder, environment), *last)
    return ProjectSecrets([first], by_namespace, last)


def _access(project: Project) -> StorageAccess:
    return StorageAccess(
        {
            name: frozenset(own.allowed_namespaces)
            for name, own in project.namespaces.items()
            if own.allowed_namespaces is not None
        }
    )
