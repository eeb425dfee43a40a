"""Texts with a format."""

from __future__ import annotations

import pytest

from tiercel_schemas.json_schema.formats import FORMATS


@pytest.mark.parametrize(
    ("form", "text", "fits"),
    [
        ("duration", "PT1S", True),
        ("duration", "PT1H30M", True),
        ("duration", "P1DT2H", True),
        ("duration", "P3650D", True),
        ("duration", "PT0.5S", True),
        ("duration", "pt5m", True),
        ("duration", "-PT5M", True),
        ("duration", "P", False),
        ("duration", "PT", False),
        ("duration", "P1DT", False),
        ("duration", "P1W", False),
        ("duration", "P1M", False),
        ("duration", "5s", False),
        ("duration", "1h", False),
        ("duration", "PT1S\n", False),
        ("date", "2026-01-31", True),
        ("date", "2026-13-01", False),
        ("date", "31.01.2026", False),
        ("date-time", "2026-01-31T09:30:00Z", True),
        ("date-time", "2026-01-31T09:30:00.123+02:00", True),
        ("date-time", "2026-01-31T09:30:00+02:00[Europe/Paris]", True),
        ("date-time", "2026-01-31 09:30:00", True),
        ("date-time", "2026-01-31", True),
        ("date-time", "tomorrow", False),
        ("instant", "2026-01-31T09:30:00Z", True),
        ("instant", "2026-01-31T09:30:00+01:00", True),
        ("instant", "2026-01-31T09:30:00", False),
        ("instant", "2026-01-31", False),
        ("partial-time", "09:30", True),
        ("partial-time", "09:30:00.5", True),
        ("partial-time", "24:00", False),
        ("partial-time", "9:30", False),
        ("timezone", "Europe/Paris", True),
        ("timezone", "UTC", True),
        ("timezone", "UTC+2", True),
        ("timezone", "+02:00", True),
        ("timezone", "Z", True),
        ("timezone", "+18:00", True),
        ("timezone", "-18", True),
        ("timezone", "UTC+0530", True),
        ("timezone", "GMT0", True),
        ("timezone", "+18:01", False),
        ("timezone", "+19", False),
        ("timezone", "+12:60", False),
        ("timezone", "GMT+25", False),
        ("timezone", "UTC+5:30", False),
        ("timezone", "+2:00", False),
        ("timezone", "z", False),
        ("timezone", "utc", False),
        ("timezone", "UTC+Z", False),
        ("timezone", "localtime", False),
        ("timezone", "Mars/X", False),
        ("uuid", "123e4567-e89b-12d3-a456-426614174000", True),
        ("uuid", "123", False),
    ],
)
def test_formats(form: str, text: str, fits: bool) -> None:
    assert FORMATS[form](text) is fits
