from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.rules.markers import differences

CASES = sorted((Path(__file__).parent / "cases").rglob("*.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_diagnostic_is_claimed(path: Path) -> None:
    assert not (found := differences(path)), "\n".join(found)


def test_an_unclaimed_diagnostic_fails(tmp_path: Path) -> None:
    flow = tmp_path / "flow.yaml"
    flow.write_text(
        "id: a\nnamespace: b\ntasks:\n  - id: x\n    type: io.kestra.plugin.core.log.Log\n", encoding="utf-8"
    )
    assert any("missing-property" in line for line in differences(flow))


def test_a_claim_that_is_not_met_fails(tmp_path: Path) -> None:
    flow = tmp_path / "flow.yaml"
    flow.write_text(
        "id: a\n# ^ error: unknown-input\nnamespace: b\n"
        "tasks:\n  - {id: x, type: io.kestra.plugin.core.log.Log, message: m}\n",
        encoding="utf-8",
    )
    assert any("not found" in line for line in differences(flow))
