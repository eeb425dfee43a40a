"""Every core and script task type of Kestra either runs here or says why it does not."""

import json

import pytest

from tiercel_engine.tasks.api import DECIDED_IN_CORE, find_task_type
from tiercel_engine.tasks.core.absent import ABSENT
from tiercel_engine.tasks.scripts.languages import LANGUAGES
from tiercel_schemas.catalog import load_catalog
from tiercel_schemas.versions import KestraVersion

OURS = ("io.kestra.plugin.core.", "io.kestra.core.", "io.kestra.plugin.scripts.")


def _types():
    for version in KestraVersion:
        catalog = load_catalog(version)
        for name in sorted({*catalog.names("task"), *catalog.aliases}):
            if name.startswith(OURS) and catalog.kind(catalog.canonical(name)) == "task":
                yield pytest.param(version, name, id=f"{version}-{name}")


@pytest.mark.parametrize(("version", "name"), list(_types()))
def test_a_type_runs_or_says_why_not(version, name):
    real = load_catalog(version).canonical(name)
    ways = [find_task_type(name) is not None, real in DECIDED_IN_CORE, real in ABSENT]
    assert ways.count(True) == 1


def test_what_is_absent_is_known_to_kestra():
    for name, reason in ABSENT.items():
        assert any(name in load_catalog(version).names("task") for version in KestraVersion)
        assert reason.startswith(("which ", "whose "))


def test_interpreters_are_those_of_the_catalog():
    for name, language in LANGUAGES.items():
        declared = load_catalog(KestraVersion.V2_0).plugin(f"io.kestra.plugin.scripts.{name}.Commands")
        default = declared.properties["interpreter"].default
        assert list(language.interpreter) == (json.loads(default) if isinstance(default, str) else default)
