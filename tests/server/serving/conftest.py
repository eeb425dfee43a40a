from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.server.serving.served import Served

FLOWS = Path(__file__).parent / "flows"
Serve = Callable[..., Served]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Serves a folder with copies of the flows that are named."""
    started: list[Served] = []

    def start(*names: str, options: tuple[str, ...] = (), **environment: str) -> Served:
        for name in names:
            (tmp_path / f"{name}.yaml").write_text(
                (FLOWS / f"{name}.yaml").read_text(encoding="utf-8"), encoding="utf-8"
            )
        started.append(Served(tmp_path, *options, **environment))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.kill()
        faults = [line for line in each.log if "Traceback" in line or "a request failed" in line]
        assert not faults, faults
