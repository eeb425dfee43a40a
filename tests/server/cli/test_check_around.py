"""Flows of a project know of one another, whichever of them are asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tiercel_server.cli.checking import runner
from tiercel_server.cli.commands.check import command

GREET = (
    "id: greet\nnamespace: a.b\ninputs: [{id: name, type: STRING}]\n"
    'tasks:\n  - {id: x, type: io.kestra.plugin.core.log.Log, message: "{{ inputs.name }} {{ nobody }}"}\n'
)
CALL = (
    "id: call\nnamespace: a.b\n"
    "tasks:\n  - {id: x, type: io.kestra.plugin.core.flow.Subflow, namespace: a.b, flowId: greet}\n"
)


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runner, "_WORTH_KEEPING", 0)
    (tmp_path / "tiercel.yaml").write_text("exclude: [drafts]\n", encoding="utf-8")
    (tmp_path / "calls").mkdir()
    (tmp_path / "drafts").mkdir()
    (tmp_path / "greet.yaml").write_text(GREET, encoding="utf-8")
    (tmp_path / "calls" / "call.yaml").write_text(CALL, encoding="utf-8")


def check(*arguments: str, text: str | None = None) -> list[tuple[str, str]]:
    result = CliRunner().invoke(command, ["--format", "json", *arguments], input=text)
    return [(each["path"], each["code"]) for each in json.loads(result.stdout)]


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("path", ["calls/call.yaml", "calls"])
def test_a_part_of_a_project_knows_the_rest_and_is_all_that_is_reported(path: str, jobs: str) -> None:
    assert check(path, "--jobs", jobs) == [("calls/call.yaml", "subflow-input-missing")]
    assert check(path, "--jobs", jobs) == [("calls/call.yaml", "subflow-input-missing")]


def test_standard_input_belongs_to_the_project_by_its_name() -> None:
    assert check("--stdin-filename", "calls/call.yaml", "-", text=CALL) == [
        ("calls/call.yaml", "subflow-input-missing")
    ]


def test_what_was_only_looked_up_is_checked_when_it_is_asked_for() -> None:
    check("calls")
    assert ("greet.yaml", "unknown-name") in check()
    assert check("calls") == [("calls/call.yaml", "subflow-input-missing")]


def test_a_change_around_is_seen() -> None:
    check("calls")
    Path("greet.yaml").write_text(GREET.replace("id: name,", "id: whom, required: false,"), encoding="utf-8")
    assert check("calls") == []


def test_what_a_project_leaves_out_is_not_around() -> None:
    Path("greet.yaml").rename("drafts/greet.yaml")
    Path("other.yaml").write_text(GREET.replace("id: greet", "id: other"), encoding="utf-8")
    assert check("calls") == [("calls/call.yaml", "subflow-missing")]


def test_what_is_checked_wins_over_its_namesake() -> None:
    Path("calls/greet.yaml").write_text(GREET.replace("id: name,", "id: whom, required: false,"), encoding="utf-8")
    assert ("calls/call.yaml", "subflow-input-missing") not in check("calls")


def test_without_a_project_a_lone_file_is_alone() -> None:
    Path("tiercel.yaml").unlink()
    assert check("calls/call.yaml") == []
