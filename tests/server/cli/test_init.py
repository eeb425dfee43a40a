"""`tiercel init`: a project file is made, or changed with everything else in it left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from tiercel_schemas.versions import KestraVersion
from tiercel_server.cli.main import cli
from tiercel_server.workspace.project_writing import UnreadableProjectError, with_kestra_version
from tiercel_server.workspace.settings import parse_settings

WRITTEN = """\
# Ours.
rules:            # how strict
  ignore: [unknown-plugin]   # we have our own

  severity: {unused-input: 'off'}
flows:
- a/**
kestra-version: 2.0  # for now
"""


def test_a_new_file_is_one_that_tiercel_reads(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["init", str(tmp_path), "--kestra-version", "1.3"])
    assert done.exit_code == 0, done.output
    settings = parse_settings((tmp_path / "tiercel.yaml").read_text())
    assert settings.kestra_version is KestraVersion.V1_3
    assert not settings.problems
    again = CliRunner().invoke(cli, ["init", str(tmp_path), "--kestra-version", "1.3"])
    assert "nothing to change" in again.output


def test_comments_quotes_and_order_stay() -> None:
    changed = with_kestra_version(WRITTEN, KestraVersion.V1_3)
    assert changed == WRITTEN.replace("kestra-version: 2.0 ", 'kestra-version: "1.3"')


@pytest.mark.parametrize("text", ["# only a comment\n", "flows: [a]\n", ""])
def test_the_version_is_added_where_there_is_none(text: str) -> None:
    changed = with_kestra_version(text, KestraVersion.V1_3)
    assert parse_settings(changed).kestra_version is KestraVersion.V1_3
    assert all(line in changed for line in text.splitlines())


@pytest.mark.parametrize("text", ["- a list\n", "a: [b\n", "just text\n"])
def test_a_file_that_is_none_is_left_alone(text: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableProjectError):
        with_kestra_version(text, KestraVersion.V1_3)
    (tmp_path / "tiercel.yaml").write_text(text)
    done = CliRunner().invoke(cli, ["init", str(tmp_path)])
    assert done.exit_code == 2
    assert "can't be changed" in done.output
    assert (tmp_path / "tiercel.yaml").read_text() == text


def test_a_folder_that_is_not_there() -> None:
    done = CliRunner().invoke(cli, ["init", "no/such/folder"])
    assert done.exit_code == 2
    assert "There is no folder" in done.output
