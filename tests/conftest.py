"""What holds for every test."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

# Tests mean the same on a machine that has a Docker daemon: none is found but by those that serve one themselves.
os.environ["DOCKER_HOST"] = "unix:///nowhere/docker.sock"


@pytest.fixture(autouse=True)
def no_check_fails(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A check that fails is reported and left out for authors; for tests it is a failure."""
    yield
    faults = [record for record in caplog.get_records("call") if record.name == "tiercel_server.rules.engine"]
    assert not faults, "\n".join(record.getMessage() for record in faults)
