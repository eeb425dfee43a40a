"""A week of triggers in a moment, against a table."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import yaml

from tests.engine.triggers.service.driving import NAMESPACE, Act, Clock, Story, flow_of
from tiercel_engine.runtime import Engine
from tiercel_engine.triggers.records import Backfill
from tiercel_engine.triggers.service import TriggerService

WEEK = yaml.safe_load((Path(__file__).parent / "week.yaml").read_text(encoding="utf-8"))


def _act(written: dict[str, object]) -> Act:
    def resume(engine: Engine, _service: TriggerService) -> None:
        (paused,) = [live for live in engine.lives.values() if live.execution.state.value == "PAUSED"]
        engine.resume(paused.execution.id)

    def fill(_engine: Engine, service: TriggerService) -> None:
        asked = written["backfill"]
        dates = [datetime.fromisoformat(asked[name]) for name in ("start", "end")]
        service.change((NAMESPACE, asked["flow"], "t0"), backfill=Backfill(*dates, labels=asked["labels"]))

    return resume if "resume" in written else fill


async def test_a_week_by_the_clock(tmp_path: Path) -> None:
    acts = [(datetime.fromisoformat(each["at"]), _act(each)) for each in WEEK["actions"]]
    flows = [flow_of(each) for each in WEEK["flows"]]
    story = Story(tmp_path, flows, Clock(datetime.fromisoformat(WEEK["start"])), acts)
    for down, up in WEEK["down"]:
        await story.process(datetime.fromisoformat(down))
        story.clock.moment = datetime.fromisoformat(up)
    await story.process(datetime.fromisoformat(WEEK["end"]))

    found: dict[str, list[list[object]]] = {flow.id: [] for flow in flows}
    for each in story.executions():
        created = (each.created_date or each.start_date).astimezone(UTC).isoformat()[:16]
        date = each.trigger.variables.get("date") if each.trigger is not None else None
        found[each.flow.id].append([created, date, each.state.value])
    expected = {flow.id: WEEK["executions"].get(flow.id, []) for flow in flows}
    assert found == expected
    filled = [each for each in story.executions() if dict(each.labels).get("why") == "again"]
    assert [each.trigger.variables["date"][:10] for each in filled] == ["2026-03-01", "2026-03-02", "2026-03-03"]
    assert not acts or not story.acts
