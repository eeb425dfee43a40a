"""Hovers, case by case."""

from datetime import UTC, datetime

import pytest

from tests.server.features.around import AROUND
from tests.server.features.marked import Case, read_cases
from tiercel_server.features.hover import hover
from tiercel_server.features.surroundings import NOTHING_AROUND, Surroundings


@pytest.mark.parametrize("variant", ["plain", "crlf", "emoji"])
@pytest.mark.parametrize("case", read_cases("hover"), ids=lambda case: case.title)
def test_hover(case: Case, variant: str) -> None:
    _check(case, variant, NOTHING_AROUND)


@pytest.mark.parametrize("variant", ["plain", "crlf", "emoji"])
@pytest.mark.parametrize("case", read_cases("hover_around"), ids=lambda case: case.title)
def test_hover_of_what_is_around(case: Case, variant: str) -> None:
    _check(case, variant, AROUND)


def _check(case: Case, variant: str, around: Surroundings) -> None:
    assert {name for name, _ in case.expected} <= {"has", "lacks", "on", "none", "version"}
    snapshot, offset = case.opened(variant)
    found = hover(snapshot, offset, around, datetime(2026, 1, 1, tzinfo=UTC))
    if case.values("none"):
        assert found is None
        return
    assert found is not None
    for text in case.values("has"):
        assert text in found.markdown
    for text in case.values("lacks"):
        assert text not in found.markdown
    for text in case.values("on"):
        assert snapshot.text.slice(found.span) == text
