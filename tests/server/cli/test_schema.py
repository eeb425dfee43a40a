"""`tiercel schema`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tiercel_server.cli.commands.schema import command


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def test_it_prints_the_schema_of_a_flow() -> None:
    result = run()
    assert result.exit_code == 0
    schema = json.loads(result.stdout)
    assert schema["$schema"].endswith("/draft/2020-12/schema")
    assert "pluginDefaults" not in schema["properties"]


def test_the_version_is_taken_from_the_option_then_from_the_project_file() -> None:
    Path("tiercel.yaml").write_text('kestra-version: "1.3"\n', encoding="utf-8")
    assert "pluginDefaults" in json.loads(run().stdout)["properties"]
    assert "pluginDefaults" not in json.loads(run("--kestra-version", "2.0").stdout)["properties"]


@pytest.mark.parametrize("written", ["io.kestra.plugin.core.log.Log", "log.Log", "core.log.log"])
def test_one_type_by_its_name_or_the_end_of_it(written: str) -> None:
    schema = json.loads(run(written).stdout)
    assert schema["title"] == "io.kestra.plugin.core.log.Log"
    assert "message" in schema["required"]


def test_it_writes_a_file() -> None:
    result = run("log.Log", "--output", "schema.json")
    assert (result.exit_code, result.stdout) == (0, "")
    assert json.loads(Path("schema.json").read_text(encoding="utf-8"))["title"].endswith("Log")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["Nope"], "has no type Nope"),
        (["io.kestra.plugin.core.log.Logg"], "Did you mean io.kestra.plugin.core.log.Log?"),
        (["io.kestra.plugin.core.flow.ForEach"], "Kestra 1.3 has: use --kestra-version"),
        (["Query"], "types end in Query"),
        (["--kestra-version", "0.9"], "'1.3', '2.0'"),
        (["log.Log", "-o", "no/such/folder/x.json"], "can't be written"),
    ],
)
def test_misuse_is_explained_and_exits_with_2(arguments: list[str], words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
