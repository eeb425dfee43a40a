"""The GitHub Action, its steps run here on an example repository."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.integrations.composite_action import Runner
from tests.integrations.conftest import ROOT, run

GOOD = "id: good\nnamespace: company.team\ntasks:\n  - {id: say, type: io.kestra.plugin.core.log.Log, message: hi}\n"
BAD = GOOD.replace("id: good", "id: bad").replace("message: hi", 'message: "{{ inputs.nmae }}"')
OLD = GOOD.replace("id: good", "id: old").replace("log.Log, message: hi", "flow.ForEach, values: [a], tasks: []")
HINTED = GOOD.replace("id: good", "id: hinted") + 'checks:\n  - condition: "{{ true }}"\n    message: m\n'


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One job's folder for all tests here: tiercel is installed once, by whichever comes first."""
    return tmp_path_factory.mktemp("runner-temp")


@pytest.fixture
def runner(tmp_path: Path, temporary: Path, published: Path) -> Runner:
    workspace = tmp_path / "a repository"
    (workspace / "team flows").mkdir(parents=True)
    (workspace / "compose.yaml").write_text("services:\n  web: {image: nginx}\n", encoding="utf-8")
    (workspace / "team flows" / "good.yaml").write_text(GOOD, encoding="utf-8")
    return Runner(published, workspace, temporary)


def put(runner: Runner, name: str, text: str) -> None:
    path = runner.workspace / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_the_file_keeps_to_its_schema(tmp_path: Path) -> None:
    schema = ("--builtin-schema", "vendor.github-actions")
    run(sys.executable, "-m", "check_jsonschema", *schema, ROOT / "action.yml", cwd=tmp_path)


def test_no_input_is_written_into_a_script() -> None:
    action = YAML(typ="safe", pure=True).load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert all("${{" not in step["run"] for step in action["runs"]["steps"])


def test_flows_without_a_mistake_pass(runner: Runner) -> None:
    done = runner.uses()
    assert (done.failed, done.log, done.outputs) == (False, "", {"status": "0", "report-file": ""})


def test_a_mistake_is_annotated_and_fails_the_step(runner: Runner) -> None:
    put(runner, "team flows/bad.yaml", BAD)
    done = runner.uses()
    assert (done.failed, done.outputs["status"]) == (True, "1")
    column = BAD.splitlines()[3].index("nmae") + 1
    place = f"line=4,endLine=4,title=tiercel%3A unknown-input,col={column},endColumn={column + 4}"
    assert done.commands == [f"::error file=team flows/bad.yaml,{place}::the flow has no input `nmae`"]


def test_a_report_is_written_beside_the_annotations(runner: Runner) -> None:
    put(runner, "team flows/bad.yaml", BAD)
    done = runner.uses(working_directory="team flows", report_file="out.sarif")
    assert done.failed
    assert done.commands[0].startswith("::error file=team flows/bad.yaml,")
    assert done.outputs == {"status": "1", "report-file": "team flows/out.sarif"}
    sarif = json.loads((runner.workspace / done.outputs["report-file"]).read_text(encoding="utf-8"))
    (result,) = sarif["runs"][0]["results"]
    assert result["ruleId"] == "unknown-input"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "team%20flows/bad.yaml"


def test_the_report_has_the_format_that_is_asked_for(runner: Runner) -> None:
    done = runner.uses(report_file="junit.xml", report_format="junit")
    assert (done.failed, done.outputs["report-file"]) == (False, "junit.xml")
    assert "<testsuites " in (runner.workspace / "junit.xml").read_text(encoding="utf-8")


def test_paths_are_lines(runner: Runner) -> None:
    put(runner, "team flows/bad.yaml", BAD)
    put(runner, "other/bad.yaml", BAD)
    put(runner, "--help/bad.yaml", BAD)
    done = runner.uses(paths="\n\nteam flows\r\n--help\n")
    files = {command.split(",")[0].removeprefix("::error file=") for command in done.commands}
    assert files == {"team flows/bad.yaml", "--help/bad.yaml"}
    assert not runner.uses(paths="team flows/good.yaml").failed


@pytest.mark.parametrize(("fail_on", "failed"), [("error", False), ("hint", True), ("never", False)])
def test_fail_on(runner: Runner, fail_on: str, failed: bool) -> None:
    put(runner, "hinted.yaml", HINTED)
    done = runner.uses(fail_on=fail_on)
    assert done.failed == failed
    assert done.commands
    assert not any(command.startswith("::error ") for command in done.commands)


def test_the_version_of_kestra(runner: Runner) -> None:
    put(runner, "old.yaml", OLD)
    assert "unknown-type" in runner.uses(kestra_version="2.0").log
    assert "unknown-type" not in runner.uses(kestra_version="1.3").log


@pytest.mark.parametrize("arguments", [{"paths": "nowhere"}, {"fail_on": "sometimes"}, {"format": "nonsense"}])
def test_misuse_fails_with_its_own_status(runner: Runner, arguments: dict[str, str]) -> None:
    done = runner.uses(**arguments)
    assert (done.failed, done.outputs["status"]) == (True, "2")
    assert "Error: " in done.log


def test_nothing_in_inputs_is_run(runner: Runner) -> None:
    marker = runner.workspace / "run"
    names = ("paths", "kestra_version", "fail_on", "format", "report_file", "report_format")
    for hostile in ("$(touch run)`touch run`", 'a"\n; touch run; "'):
        assert runner.uses(**dict.fromkeys(names, hostile)).failed
        assert not marker.exists(), hostile
        runner.uses(report_file=hostile)
        assert not marker.exists(), hostile


def test_nothing_in_a_flow_is_a_command_to_the_runner(runner: Runner) -> None:
    hostile = BAD.replace("say,", "say,\n    ::error::from the flow\n    a: b,")
    put(runner, "bad.yaml", hostile.replace("inputs.nmae", "inputs['\n::warning::x']"))
    for format_ in ("text", "concise", "json", "jsonl"):
        done = runner.uses(format=format_)
        assert done.failed
        assert done.commands == []
        assert "bad.yaml" in done.log
    for command in runner.uses().commands:
        assert command.startswith(("::error file=bad.yaml,", "::warning file=bad.yaml,", "::notice file=bad.yaml,"))


@pytest.mark.skipif(os.name == "nt", reason="stands in for commands by scripts")
def test_a_machine_without_a_fit_python_is_told_what_to_do(runner: Runner, tmp_path: Path) -> None:
    commands = tmp_path / "commands"
    commands.mkdir()
    for name in ("python3", "python"):
        (commands / name).write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        (commands / name).chmod(0o755)
    path = f"{commands}{os.pathsep}{os.environ['PATH']}"
    done = Runner(runner.action, runner.workspace, tmp_path / "fresh", {"PATH": path}).uses()
    assert done.failed
    (command,) = done.commands
    assert command == "::error title=Tiercel::Python 3.11 or newer is needed. Set it up before this step."
