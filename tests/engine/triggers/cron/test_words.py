"""A cron in words, and how often it fires at most."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from ruamel.yaml import YAML

from tests.engine.triggers.cron.strategies import FIVE_FIELDS
from tiercel_engine.triggers.cron import Cron, describe_cron, parse_cron

CASES: list[tuple[str, str, str | None]] = YAML(typ="safe").load(
    (Path(__file__).parent / "words.yaml").read_text(encoding="utf-8")
)


def _read(text: str) -> Cron:
    return parse_cron(text, with_seconds=len(text.split()) == 6)


@pytest.mark.parametrize(("text", "words", "shortest"), CASES, ids=[case[0] for case in CASES])
def test_words(text: str, words: str, shortest: str | None) -> None:
    cron = _read(text)
    assert describe_cron(cron) == words
    assert _iso(cron.interval_estimate) == shortest
    assert cron.never_fires == (shortest is None)


@given(FIVE_FIELDS)
def test_words_are_one_short_line(text: str) -> None:
    words = describe_cron(_read(text))
    assert 0 < len(words) < 300
    assert "\n" not in words
    assert "  " not in words


def test_thousands_of_firings_a_day_in_many_lines_stay_cheap() -> None:
    lines = [f"*/2 * * {day} * *" for day in range(1, 32)] + [f"1/2 * * {day} * *" for day in range(1, 32)]
    assert _iso(parse_cron("||".join(lines), with_seconds=True).interval_estimate) == "PT2S"


def _iso(time: timedelta | None) -> str | None:
    if time is None:
        return None
    hours, minutes, seconds = time.seconds // 3600, time.seconds // 60 % 60, time.seconds % 60
    clock = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if number)
    return f"P{time.days}D" * bool(time.days) + ("P" if not time.days else "") + f"T{clock}" * bool(clock)
