"""A bench to run single tasks on."""

import pytest

from tests.engine.tasks.bench import Bench


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)
