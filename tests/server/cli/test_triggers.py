"""`tiercel triggers`, and `tiercel run --trigger`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tiercel_server.cli.main import cli

FLOW = """\
id: report
namespace: company.team
labels: {team: sales}
inputs:
  - {id: who, type: STRING, defaults: nobody}
tasks:
  - id: say
    type: io.kestra.plugin.core.debug.Return
    format: "{{ inputs.who }} {{ trigger.date ?? trigger.body.who }}"
triggers:
  - id: workday
    type: io.kestra.plugin.core.trigger.Schedule
    cron: "30 2 * * *"
    timezone: Europe/Paris
    when: "{{ not isWeekend(trigger.date) }}"
    inputs: {who: schedule}
    labels: {by: clock}
  - {id: never, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 0 30 2 *"}
  - {id: call, type: io.kestra.plugin.core.trigger.Webhook, key: k, inputs: {who: "{{ trigger.body.who }}"}}
  - {id: gone, type: io.kestra.plugin.core.trigger.Webhook, key: k2, disabled: true}
"""


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    path = tmp_path / "report.yaml"
    path.write_text(FLOW, encoding="utf-8")
    return path


def _run(*arguments: object) -> Any:
    return CliRunner().invoke(cli, [str(each) for each in arguments])


def test_list_tells_the_next_dates(flow: Path) -> None:
    listed = _run("triggers", "list", flow.parent, "--after", "2026-03-27T12:00:00Z", "--count", 3, "--format", "json")
    found = {each["triggerId"]: each for each in json.loads(listed.stdout)}
    # Saturday 28 and Sunday 29 are left out; on the 29th clocks go forward.
    assert found["workday"]["next"] == [f"2026-03-{day}T02:30:00+02:00" for day in (30, 31)] + [
        "2026-04-01T02:30:00+02:00"
    ]
    assert found["never"]["next"] == []
    assert found["gone"]["disabled"]
    text = _run("triggers", "list", flow.parent, "--after", "2026-03-27T12:00:00Z").stdout
    assert "company.team.report  workday  Schedule  2026-03-30T02:30:00+02:00" in text
    assert "never    Schedule  never" in text


def test_run_as_if_a_schedule_had_fired(flow: Path) -> None:
    ran = _run("run", flow, "--trigger", "workday", "--date", "2026-03-30T00:30:00Z", "--format", "json")
    shape = json.loads(ran.stdout)
    assert shape["taskRunList"][0]["outputs"] == {"value": "schedule 2026-03-30T02:30:00+02:00"}
    assert shape["trigger"]["variables"]["next"] == "2026-03-31T02:30:00+02:00"
    labels = {each["key"]: each["value"] for each in shape["labels"]}
    assert labels.pop("system.correlationId") == shape["id"]
    assert labels == {"team": "sales", "by": "clock", "system.from": "trigger"}
    weekend = _run("run", flow, "--trigger", "workday", "--date", "2026-03-29T00:30:00Z")
    assert (weekend.exit_code, "condition does not hold" in weekend.stderr) == (2, True)


def test_run_with_an_event(flow: Path) -> None:
    event = flow.parent / "event.json"
    event.write_text('{"body": {"who": "Ada"}}', encoding="utf-8")
    ran = _run("triggers", "run", flow, "call", "--event", event, "--format", "json")
    assert json.loads(ran.stdout)["taskRunList"][0]["outputs"] == {"value": "Ada Ada"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--trigger", "cal"), "Did you mean 'call'?"),
        (("--trigger", "call"), "can't be evaluated"),
        (("--trigger", "call", "--date", "2026-01-01"), "--date is for schedules"),
        (("--trigger", "workday", "--event", "x"), "takes --date"),
        (("--trigger", "workday", "--date", "soon"), "'soon' is no date"),
        (("--trigger", "call", "--event", "nothing.json"), "can't be read"),
        (("--date", "2026-01-01"), "need the --trigger"),
    ],
)
def test_what_is_refused(flow: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = _run("run", flow, *arguments)
    assert ran.exit_code == 2
    assert said in ran.stderr
