"""What is refused, and in which words."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tests.engine.triggers.cron.strategies import ANY_TEXT
from tiercel_engine.triggers.cron import CronError, describe_cron, parse_cron

CASES: list[dict[str, Any]] = YAML(typ="safe").load(
    (Path(__file__).parent / "complaints.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=[repr(case["cron"]) for case in CASES])
def test_complaint(case: dict[str, Any]) -> None:
    with pytest.raises(CronError) as caught:
        parse_cron(case["cron"], with_seconds=case.get("seconds", False))
    assert str(caught.value) == case["says"]


@given(ANY_TEXT, st.booleans())
def test_any_text_is_read_or_refused(text: str, with_seconds: bool) -> None:
    try:
        cron = parse_cron(text, with_seconds=with_seconds)
    except CronError:
        return
    assert cron.text == text
    assert describe_cron(cron)


@pytest.mark.parametrize("text", ["1," * 50_000, "1|" * 50_000, "||" * 50_000, "9" * 50_000, "*/" * 50_000])
def test_a_text_beyond_all_measure_is_refused(text: str) -> None:
    with pytest.raises(CronError, match="more than 2000"):
        parse_cron(text, with_seconds=False)


def test_a_cron_is_a_value() -> None:
    one, other = (parse_cron("0 9 * * 1-5", with_seconds=False) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.text = "0 10 * * *"  # type: ignore[misc]
