"""The project file: what its page shows is read by the engine and by the checks, and mistakes are named."""

import re
from pathlib import Path

import pytest
import yaml

from tiercel_schemas.model.project import Project, ProjectError, read_project
from tiercel_schemas.versions import KestraVersion
from tiercel_server.workspace.settings import parse_settings

PAGE = Path(__file__).parents[2] / "docs" / "project-file.md"


def test_the_page_shows_a_file_that_both_readers_take():
    shown = re.search(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[1]
    project = read_project(yaml.safe_load(shown))
    assert project.run.max_parallel == 8
    assert project.namespaces["company.team"].files == "team-files"
    assert project.kestra_version is KestraVersion.V1_3
    assert parse_settings(shown).problems == ()


def test_an_empty_file_gives_defaults():
    assert read_project(None) == Project() == read_project({})


def test_a_version_without_quotes_is_understood():
    assert read_project({"kestra-version": 2.0}).kestra_version is KestraVersion.V2_0


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ([], "is a mapping of settings"),
        ({"runn": {}}, "runn: no such setting"),
        ({"run": {"runner": "k8s"}}, "run.runner"),
        ({"run": {"runners": {"io.kestra.plugin.scripts.python": "k8s"}}}, "run.runners.io.kestra"),
        ({"run": {"max-parallel": 0}}, "run.max-parallel"),
        ({"kestra-version": "9.9"}, "kestra-version"),
    ],
)
def test_mistakes_are_named_with_their_place(data, told):
    with pytest.raises(ProjectError) as caught:
        read_project(data)
    assert told in str(caught.value)
