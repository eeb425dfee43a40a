"""The flows of docs/tasks run: fences marked `run`, and every core and script task type has one.

`run` says that `tiercel run` ends well with it, `run exit=1` that it ends with that code. `1.3` names the other line,
`needs=PROGRAM` what has to be on the PATH. `globals.web` is the address of a small web server.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.engine.tasks.http_service import serving
from tiercel_engine.tasks.core.absent import ABSENT
from tiercel_schemas.catalog import load_catalog
from tiercel_schemas.versions import KestraVersion
from tiercel_server.cli.main import cli

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "tasks"
_FENCE = re.compile(r"^```yaml(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_TYPE = re.compile(r"\btype: (io\.kestra\.[\w.]+)")
_SCRIPT = re.compile(r"io\.kestra\.plugin\.(core|scripts)\..*")


@dataclass(frozen=True)
class Flow:
    name: str
    words: tuple[str, ...]
    text: str

    @property
    def version(self):
        return KestraVersion.V1_3 if "1.3" in self.words else KestraVersion.V2_0

    def told(self, key, default=None):
        return next((word.partition("=")[2] for word in self.words if word.startswith(f"{key}=")), default)


def _flows():
    for document in sorted(FOLDER.glob("*.md")):
        text = document.read_text("utf-8")
        for match in _FENCE.finditer(text):
            words = tuple(match["info"].split())
            if "run" in words:
                line = text.count("\n", 0, match.start()) + 1
                yield Flow(f"{document.name}:{line}", words, match["body"])


FLOWS = list(_flows())


@pytest.fixture(scope="module")
def web():
    with serving() as service:
        yield service.url


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_a_flow_of_the_documentation_runs(flow, tmp_path, web):
    program = flow.told("needs")
    if program is not None and shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    (tmp_path / "tiercel.yaml").write_text(f'globals: {{web: "{web}"}}\n')
    path = tmp_path / "flow.yaml"
    path.write_text(flow.text)
    last = re.findall(r"^id: (\S+)", flow.text, re.MULTILINE)[-1]
    arguments = ["run", str(path), "--flow", last, "--kestra-version", flow.version.value, "--log-level", "DEBUG"]
    arguments += ["--runner", "process"]
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == int(flow.told("exit", 0)), done.output


@pytest.mark.parametrize("version", list(KestraVersion))
def test_every_core_and_script_task_has_an_example(version):
    shown = {name for flow in FLOWS for name in _TYPE.findall(flow.text)}
    catalog = load_catalog(version)
    wanted = {name for name in catalog.names("task") if _SCRIPT.fullmatch(name) and name not in ABSENT}
    assert sorted(wanted - shown) == []
