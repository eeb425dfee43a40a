"""Hovers, case by case."""

import pytest

from tests.server.features.marked import Case, read_cases
from tiercel_server.features.hover import hover


@pytest.mark.parametrize("variant", ["plain", "crlf", "emoji"])
@pytest.mark.parametrize("case", read_cases("hover"), ids=lambda case: case.title)
def test_hover(case: Case, variant: str) -> None:
    assert {name for name, _ in case.expected} <= {"has", "on", "none", "version"}
    snapshot, offset = case.opened(variant)
    found = hover(snapshot, offset)
    if case.values("none"):
        assert found is None
        return
    assert found is not None
    for text in case.values("has"):
        assert text in found.markdown
    for text in case.values("on"):
        assert snapshot.text.slice(found.span) == text
