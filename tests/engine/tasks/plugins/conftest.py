"""Real counterparts for tasks: servers of this machine, started for the tests and ended with them."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.engine.tasks.bench import Bench
from tests.engine.tasks.plugins.counterparts import Counterpart, CounterpartMissingError, mariadb, postgresql, redis


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def _started(factory):
    """A running server; without its programs the test is skipped on a user's machine and fails in CI."""
    # pytest's own folders are for one user alone, and servers are run as others where the tests are run by root.
    folder = Path(tempfile.mkdtemp(prefix="tiercel-"))
    try:
        counterpart: Counterpart = factory(folder)
    except CounterpartMissingError as missing:
        folder.rmdir()
        told = f"{missing}: `bash tools/services.sh` installs it on Debian"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    yield counterpart.url
    counterpart.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_url():
    yield from _started(postgresql)


@pytest.fixture(scope="session")
def mysql_url():
    yield from _started(mariadb)


@pytest.fixture(scope="session")
def redis_url():
    yield from _started(redis)
