"""Cron expressions against the real engine's answers."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tiercel_server.analysis.cron import cron_fault

CRON = Path(__file__).resolve().parents[3].parent / "shared" / "oracle" / "cron"

pytestmark = pytest.mark.skipif(
    not CRON.is_dir() and not os.environ.get("CI"), reason="the records are not beside the repository (../shared)"
)


def test_what_the_real_parser_refuses_is_refused_and_nothing_else() -> None:
    cases = json.loads((CRON / "cases.json").read_text(encoding="utf-8"))
    expected = {each["id"]: each for each in json.loads((CRON / "expected.json").read_text(encoding="utf-8"))}
    assert cases
    wrong = [
        (case["cron"], fault, expected[case["id"]].get("error"))
        for case in cases
        for fault in [cron_fault(case["cron"], with_seconds=bool(case.get("withSeconds")))]
        if bool(fault) != bool(expected[case["id"]].get("error"))
    ]
    assert not wrong
