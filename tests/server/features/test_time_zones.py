"""The table of time zones holds names that schedules take, and each once."""

from tiercel_schemas.json_schema.formats import is_timezone
from tiercel_server.features.completion.zones import ZONES


def test_every_zone_is_one() -> None:
    assert len(ZONES) == len(set(ZONES)) > 400
    assert [zone for zone in ZONES if not is_timezone(zone)] == []
