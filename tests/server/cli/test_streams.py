"""Standard streams that are closed or full: told for what they are, exit code 2, never a fault of Tiercel."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FLOW = "id: f\nnamespace: a.b\ntasks:\n  - {id: x, type: io.kestra.plugin.core.log.Log, message: hi}\n"
TIERCEL = f"'{sys.executable}' -m tiercel_server"
FULL = Path("/dev/full")

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")


@pytest.fixture
def shell(tmp_path):
    (tmp_path / "f.yaml").write_text(FLOW, encoding="utf-8")

    def execute(line, **environment):
        return subprocess.run(
            ["sh", "-c", f"{TIERCEL} {line}"],
            check=False,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
            env=os.environ | environment,
        )

    return execute


@pytest.mark.parametrize("command", ["check -", "run -", "eval -", "lsp"])
def test_a_closed_standard_input_is_told(shell, command):
    done = shell(f"{command} <&-")
    assert (done.returncode, done.stderr) == (
        2,
        "Error: standard input is closed, so nothing can be read from it.\n",
    )


@pytest.mark.parametrize("command", ["check f.yaml", "run f.yaml", "eval '{{ 1 }}'", "lsp", "--help"])
def test_a_closed_standard_output_is_told(shell, command):
    done = shell(f"{command} >&-")
    assert (done.returncode, done.stderr) == (
        2,
        "Error: standard output is closed, so nothing can be written to it.\n",
    )


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "command", ["check f.yaml", "run f.yaml", "run f.yaml --format json", "eval '{{ 1 }}'", "--help", "schema"]
)
def test_a_full_standard_output_is_told(shell, command, unbuffered):
    done = shell(f"{command} >{FULL}", PYTHONUNBUFFERED=unbuffered)
    assert (done.returncode, done.stderr) == (
        2,
        "Error: standard output can't be written: No space left on device.\n",
    )


def test_a_closed_standard_input_does_no_harm_to_who_reads_none(shell):
    done = shell("run f.yaml <&-")
    assert (done.returncode, "a.b.f SUCCESS" in done.stdout) == (0, True)


def test_a_closed_standard_error_leaves_the_exit_code(shell):
    assert shell("check nope.yaml 2>&-").returncode == 2
