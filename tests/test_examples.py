"""Every example is free of findings, runs, and does what `examples/expectations.yaml` says."""

import json
import os
import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from tests.conformance.run_support.http_server import serving
from tiercel_server.cli.main import cli
from tiercel_server.rules import diagnose
from tiercel_server.workspace.settings import ProjectSettings, find_project_file, read_settings
from tiercel_server.workspace.snapshot import DocumentSnapshot

EXAMPLES = Path(__file__).parents[1] / "examples"
EXPECTATIONS = yaml.safe_load((EXAMPLES / "expectations.yaml").read_text("utf-8"))
NOT_FLOWS = {"expectations.yaml", "kestra-1.3/tiercel.yaml"}
# These have tests of their own: a package's flow needs the package, and suites are no flows.
ELSEWHERE = {"plugin-package", "tests"}
NAMES = sorted(
    name
    for path in EXAMPLES.rglob("*.yaml")
    if (name := path.relative_to(EXAMPLES).as_posix()) not in NOT_FLOWS and name.split("/")[0] not in ELSEWHERE
)
SHOWN = {"INFO", "WARN", "ERROR"}


def test_each_example_has_its_expectations_and_there_are_enough():
    assert sorted(EXPECTATIONS) == NAMES
    assert len(NAMES) >= 10


@pytest.mark.parametrize("name", NAMES)
def test_an_example_has_no_findings(name):
    path = EXAMPLES / name
    project = find_project_file(path.parent, EXAMPLES)
    settings = read_settings(project) if project else ProjectSettings()
    found = diagnose(DocumentSnapshot(name, path.read_text("utf-8"), settings=settings))
    assert [f"{each.code}: {each.message}" for each in found if each.severity <= 2] == []


@pytest.mark.parametrize("name", NAMES)
def test_an_example_says_first_what_it_shows(name):
    assert (EXAMPLES / name).read_text("utf-8").startswith("# ")


@pytest.mark.skipif(os.name != "posix", reason="some examples need a POSIX shell")
@pytest.mark.parametrize("name", NAMES)
def test_an_example_runs_as_expected(name, tmp_path):
    expected = EXPECTATIONS[name]
    folder = tmp_path / "examples"
    shutil.copytree(EXAMPLES, folder, ignore=shutil.ignore_patterns(".tiercel"))
    with serving() as http:
        inputs = [f"--input={key}={value.format(http=http)}" for key, value in expected.get("inputs", {}).items()]
        result = CliRunner().invoke(cli, ["run", str(folder / name), "--format", "jsonl", *inputs])
    assert result.exit_code == (0 if expected["state"] in ("SUCCESS", "WARNING") else 1), result.output
    events = [json.loads(line) for line in result.stdout.splitlines()]
    started = next(event["executionId"] for event in events if event["event"] == "execution.created")
    finished = next(
        event for event in events if event["event"] == "execution.finished" and event["executionId"] == started
    )
    assert finished["state"] == expected["state"]
    states = {run["taskId"]: run["state"]["current"] for run in finished["execution"]["taskRunList"]}
    assert expected.get("tasks", {}).items() <= states.items()
    assert {**finished["execution"]["outputs"]} == expected.get("outputs", {})
    assert [event["code"] for event in events if event["event"] == "notice"] == expected.get("notices", [])
    logs = iter(event["message"] for event in events if event["event"] == "log" and event["level"] in SHOWN)
    for text in expected.get("logs", []):
        assert any(text in message for message in logs), f"no log says {text!r}"
