"""Every recorded run case gives the same record, but for those that a data file lists with the reason."""

import json
from pathlib import Path

import pytest
import yaml

from tests.conformance.compare import comparable, differences
from tests.conformance.run_data import DATA, expected_records, unpack_cases
from tests.conformance.runs import run_cases
from tiercel_schemas.versions import KestraVersion

KNOWN = yaml.safe_load((DATA / "runs-known-differences.yaml").read_text("utf-8"))
FAMILIES = ("runs", "runs-own")
"""Cases shared with other projects, and further ones of ours, both recorded from the real engine."""
RECORDS = {
    (version, family): expected_records(f"{family}-{version}") for version in KestraVersion for family in FAMILIES
}
EXPECTED = {version: {**RECORDS[version, "runs"], **RECORDS[version, "runs-own"]} for version in KestraVersion}
MOST_KNOWN = 0.05
"""The share of cases that may differ, known or not."""


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """Where each version's records are, made when the first of its cases is asked for."""
    made: dict[KestraVersion, Path] = {}

    def folder(version: KestraVersion) -> Path:
        if version not in made:
            base = tmp_path_factory.mktemp(f"runs-{version}")
            folders = [folder for family in FAMILIES for folder in unpack_cases(f"{family}-{version}", base / family)]
            run_cases(folders, base / "out", version)
            made[version] = base / "out"
        return made[version]

    return folder


@pytest.mark.parametrize(
    ("version", "name"),
    [pytest.param(version, name, id=f"{version}-{name}") for version in KestraVersion for name in EXPECTED[version]],
)
def test_recorded_run(records, version, name):
    actual = comparable(json.loads((records(version) / f"{name}.json").read_text("utf-8")))
    found = list(differences(EXPECTED[version][name], actual))
    known = (KNOWN.get(version.value) or {}).get(name)
    if known is None:
        assert found == []
        return
    assert known["reason"]
    # A difference that is gone must leave the list; one that comes and goes with the timing says so.
    assert found or known.get("unstable"), "this case agrees now: take it off the list of known differences"


def test_few_cases_are_known_to_differ():
    for version in KestraVersion:
        known = KNOWN.get(version.value) or {}
        assert known.keys() <= EXPECTED[version].keys()
        assert len(known) <= MOST_KNOWN * len(EXPECTED[version])
