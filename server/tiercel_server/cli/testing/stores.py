"""A store for one case: storage, pairs, files and secrets that no other case and no run ever meets."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tiercel_engine.core.wishes import WHOLE
from tiercel_engine.runners import RunnerMode
from tiercel_engine.runtime import DEFAULT_PARALLEL, Surroundings
from tiercel_engine.secrets import SecretBackendError
from tiercel_engine.storage import StorageError
from tiercel_engine.tasks.services import LocalServices, local_services
from tiercel_engine.unit_tests.fixtures import stand_ins
from tiercel_schemas.model import Flow
from tiercel_schemas.model.project import Project
from tiercel_schemas.model.unit_test import UnitTest
from tiercel_schemas.model.unit_test_extras import Extras
from tiercel_server.cli.running.complaints import Refused
from tiercel_server.cli.running.parts import running_tasks
from tiercel_server.cli.running.preparing import history_in, task_notices
from tiercel_server.cli.testing.homes import Home, UnusableFlowError


@contextmanager
def surroundings_of(
    home: Home, flow: Flow, extras: Extras, runner: RunnerMode | None, *, keeps_history: bool = False
) -> Iterator[Surroundings]:
    """What a case runs in, gone when the block is left; raises `UnusableFlowError`.

    With `keeps_history` the execution is told to the workspace's history, but what it stored is gone all the same.
    """
    with TemporaryDirectory(prefix="tiercel-test-", ignore_cleanup_errors=True) as folder:
        services = _services(home, Path(folder), extras, runner)
        try:
            history = history_in(home.root, services) if keeps_history else None
        except Refused as refusal:
            raise UnusableFlowError(*refusal.lines) from None
        try:
            yield Surroundings(
                services,
                find_flow=lambda namespace, flow_id: (
                    flow
                    if (namespace, flow_id) == (flow.namespace, flow.id)
                    else home.neighbours.find(namespace, flow_id)
                ),
                knows_namespace=lambda name: any(
                    f"{each}.".startswith(f"{name}.")
                    for each in {flow.namespace, *(namespace for namespace, _ in home.neighbours.all())}
                ),
                globals=home.project.globals,
                envs=home.project.envs,
                history=history,
                max_parallel=home.project.run.max_parallel or DEFAULT_PARALLEL,
            )
        finally:
            if history is not None:
                history.close()


def need_fixtures(home: Home, flow: Flow, case: UnitTest, services: LocalServices) -> list[tuple[str | None, str]]:
    """The tasks that can't run here and have no fixture, with the reasons."""
    tasks = running_tasks(flow, WHOLE, stand_ins(case))
    notices = task_notices(flow, home.neighbours, services, tasks)
    return [(each.task_id, each.message) for each in notices if each.level == "ERROR"]


def _services(home: Home, folder: Path, extras: Extras, runner: RunnerMode | None) -> LocalServices:
    secrets = {
        f"SECRET_{name.upper()}": base64.b64encode(value.encode()).decode() for name, value in extras.secrets.items()
    }
    # Whatever the project keeps its files in, those of tests are nobody else's.
    project: Project = home.project.model_copy(update={"storage": Project().storage})
    try:
        return local_services(folder, project, home.root, {**os.environ, **secrets}, runner)
    except (StorageError, SecretBackendError, OSError, UnicodeError) as error:
        raise UnusableFlowError(f"the project's storage or secrets can't be used: {error}") from None
