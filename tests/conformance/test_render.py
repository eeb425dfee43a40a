"""Every recorded rendering is equal, but for those that a data file lists with the reason."""

from __future__ import annotations

import json

import pytest

from tests.conformance.render import DATA, compare
from tiercel_schemas.versions import KestraVersion

KNOWN = json.loads((DATA / "render-known-differences.json").read_text("utf-8"))


@pytest.mark.parametrize("version", list(KestraVersion))
def test_recorded_renderings(version):
    count, found = compare(DATA / f"render-{version.value}", version)
    assert count > 1000
    unknown = [difference for difference in found if difference.id not in KNOWN]
    assert unknown == []
    # A difference that is gone must leave the list.
    assert {difference.id for difference in found} == set(KNOWN)


@pytest.mark.parametrize("version", list(KestraVersion))
def test_further_recorded_renderings(version):
    """Expressions of ours, recorded from Kestra 2.0.0 and 1.3.34 for what the first records leave open."""
    count, found = compare(DATA / f"render-more-{version.value}", version)
    assert count == 600
    assert found == []
