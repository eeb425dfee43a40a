"""A folder that holds modules of our names is no place from which our processes take their code."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tiercel_server.lsp import reading
from tiercel_server.lsp.run_process import RunOrder

TRAP = "import pathlib\npathlib.Path(__file__).with_name('executed').touch()\n"


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(list(reading._COMMAND), id="reading the workspace"),
        pytest.param([*RunOrder("id: x", "2.0").command(), "--help"], id="a run"),
    ],
)
def test_nothing_of_the_workspace_is_imported(command: list[str], tmp_path: Path) -> None:
    for name in ("tiercel_server", "tiercel_engine", "tiercel_schemas", "yaml", "json"):
        (tmp_path / f"{name}.py").write_text(TRAP, encoding="utf-8")
    ended = subprocess.run(command, cwd=tmp_path, input=b"", capture_output=True, timeout=60, check=False)
    assert not (tmp_path / "executed").exists()
    assert b"No module named" not in ended.stderr
