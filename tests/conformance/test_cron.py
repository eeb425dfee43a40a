"""Every recorded cron case, equal to the record in dates, offsets and complaints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conformance.cron import DATA, Record, answer, load, main

CASES = load(DATA)


@pytest.mark.parametrize(("case", "record"), CASES, ids=[case["id"] for case, _ in CASES])
def test_as_recorded(case: Record, record: Record) -> None:
    assert answer(case) == record


def test_the_records_hold_dates_refusals_and_crons_that_never_fire() -> None:
    assert {"error" in record for _, record in CASES} == {True, False}
    assert any(record.get("next") == [] for _, record in CASES)


def test_answers_are_written_as_the_records_are(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert main([str(DATA / "cases.json"), str(out)]) == 0
    assert json.loads(out.read_text(encoding="utf-8")) == [record for _, record in CASES]


def test_a_difference_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case, record = CASES[0]
    (tmp_path / "cases.json").write_text(json.dumps([case]), encoding="utf-8")
    (tmp_path / "expected.json").write_text(json.dumps([{**record, "previous": []}]), encoding="utf-8")
    assert main([str(tmp_path)]) == 1
    assert "0 of 1 cases agree" in capsys.readouterr().out
