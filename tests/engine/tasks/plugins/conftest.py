"""Real counterparts for tasks: servers of this machine, started for the tests and ended with them."""

import os

import pytest

from tests.engine.tasks.bench import Bench
from tests.engine.tasks.plugins.counterparts import Counterpart, CounterpartMissingError, mariadb, postgresql, redis


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def _started(factory, tmp_path_factory):
    """A running server; without its programs the test is skipped on a user's machine and fails in CI."""
    try:
        counterpart: Counterpart = factory(tmp_path_factory.mktemp(factory.__name__))
    except CounterpartMissingError as missing:
        told = f"{missing}: `bash tools/services.sh` installs it on Debian"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    yield counterpart.url
    counterpart.stop()


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory):
    yield from _started(postgresql, tmp_path_factory)


@pytest.fixture(scope="session")
def mysql_url(tmp_path_factory):
    yield from _started(mariadb, tmp_path_factory)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory):
    yield from _started(redis, tmp_path_factory)
