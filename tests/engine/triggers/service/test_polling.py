"""Triggers that look again and again: what they see, and what they have seen before."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.engine.triggers.service.driving import Act, Clock, Story, flow_of

START = datetime(2026, 5, 4, 8, tzinfo=UTC)


def _story(folder: Path, trigger: dict[str, Any], *acts: tuple[int, Act], **flow: Any) -> Story:
    written = {"id": "polled", "triggers": [trigger], **flow}
    return Story(folder, [flow_of(written)], Clock(START), [(START + timedelta(seconds=at), act) for at, act in acts])


async def test_files_are_told_once_and_again_when_they_change(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()

    def put(name: str, text: str) -> Act:
        return lambda _engine, _service: (inbox / name).write_text(text, encoding="utf-8") and None

    trigger = {
        "type": "io.kestra.plugin.fs.local.Trigger",
        "from": str(inbox),
        "interval": "PT1M",
        "regExp": ".*\\.csv",
    }
    story = _story(tmp_path, trigger, (90, put("a.csv", "1")), (91, put("b.txt", "2")), (400, put("a.csv", "1,2")))
    await story.process(START + timedelta(minutes=5))
    # Another process remembers what was seen.
    await story.process(START + timedelta(minutes=10))
    found = story.executions()
    seen = [(each.start_date.strftime("%H:%M"), each.trigger.variables) for each in found if each.trigger is not None]
    assert [(when, [file["name"] for file in told["files"]], told["count"]) for when, told in seen] == [
        ("08:02", ["a.csv"], 1),
        ("08:07", ["a.csv"], 1),
    ]
    uri = seen[1][1]["files"][0]["uri"]
    assert found[1].id in uri
    assert (tmp_path / ".tiercel" / "storage" / uri.removeprefix("kestra:///")).read_text(encoding="utf-8") == "1,2"


async def test_files_are_moved(tmp_path: Path) -> None:
    inbox, done = tmp_path / "inbox", tmp_path / "done"
    inbox.mkdir()
    (inbox / "a.csv").write_text("1", encoding="utf-8")
    trigger = {
        "type": "io.kestra.plugin.fs.local.Trigger",
        "from": str(inbox),
        "action": "MOVE",
        "moveDirectory": str(done),
    }
    story = _story(tmp_path, trigger)
    await story.process(START + timedelta(minutes=5))
    assert len(story.executions()) == 1
    assert [path.name for path in done.iterdir()] == ["a.csv"]


async def test_rows_start_an_execution(tmp_path: Path) -> None:
    pytest.importorskip("sqlalchemy")
    path = tmp_path / "orders.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE orders (id INTEGER)")
        db.commit()

    def order(_engine: object, _service: object) -> None:
        with closing(sqlite3.connect(path)) as db:
            db.execute("INSERT INTO orders VALUES (7)")
            db.commit()

    trigger = {
        "type": "io.kestra.plugin.jdbc.sqlite.Trigger",
        "url": f"jdbc:sqlite:{path}",
        "sql": "SELECT id FROM orders",
        "interval": "PT5M",
    }
    tasks = [{"id": "say", "type": "io.kestra.plugin.core.debug.Return", "format": "{{ trigger.rows[0].id }}"}]
    story = _story(tmp_path, trigger, (60, order), tasks=tasks)
    await story.process(START + timedelta(minutes=6))
    (only,) = story.executions()
    assert only.start_date.strftime("%H:%M") == "08:05"
    assert [dict(run.outputs) for run in only.ordered_task_runs()] == [{"value": "7"}]


@pytest.mark.parametrize(("fails", "states"), [(False, []), (True, ["FAILED"])])
async def test_a_look_that_fails(tmp_path: Path, fails: bool, states: list[str]) -> None:
    trigger = {
        "type": "io.kestra.plugin.fs.local.Trigger",
        "from": str(tmp_path / "nowhere"),
        "interval": "PT10M",
        "failOnTriggerError": fails,
    }
    story = _story(tmp_path, trigger)
    await story.process(START + timedelta(minutes=5))
    assert [each.state.value for each in story.executions()] == states
    assert any("nowhere" in str(more.get("fault")) for _, _, more in story.said)
