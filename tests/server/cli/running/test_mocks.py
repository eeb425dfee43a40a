"""Stand-ins as the command line and files give them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tiercel_engine.core.states import State
from tiercel_engine.core.wishes import Fixture
from tiercel_server.cli.running.complaints import Refused
from tiercel_server.cli.running.mocks import Mock, given_mocks

from .test_changes import flow_of

FLOW = """id: f
namespace: a.b
tasks:
  - {id: one, type: io.kestra.plugin.core.log.Log, message: x}
  - id: inside
    type: io.kestra.plugin.core.flow.Sequential
    tasks:
      - {id: two, type: io.kestra.core.tasks.log.Log, message: x}
  - {id: give, type: io.kestra.plugin.core.debug.Return, format: x}
"""


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("out.json").write_text('{"code": 200}', encoding="utf-8")
    Path("out.yaml").write_text("rows: [1, 2]\n", encoding="utf-8")
    Path("list.yaml").write_text("- 1\n", encoding="utf-8")
    Path("fixtures.yaml").write_text(
        "inputs: {n: 3}\ntasks:\n  - {id: one, outputs: {a: b}}\n  - {id: two, value: 7, state: failed}\n", "utf-8"
    )
    Path("other.yaml").write_text("assertions: []\n", encoding="utf-8")
    Path("state.yaml").write_text("tasks: [{id: one, state: RUNNING}]\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("pair", "mock"),
    [
        ('fetch={"a": [1]}', Mock("fetch", outputs={"a": [1]})),
        ("fetch=out.json", Mock("fetch", outputs={"code": 200})),
        ("fetch=out.yaml", Mock("fetch", outputs={"rows": [1, 2]})),
        ("fetch=FAILED", Mock("fetch", state=State.FAILED)),
        ('fetch=warning:{"a": 1}', Mock("fetch", state=State.WARNING, outputs={"a": 1})),
        ("fetch=FAILED:out.json", Mock("fetch", state=State.FAILED, outputs={"code": 200})),
        ("each[a b]={}", Mock("each", "a b")),
        ("io.kestra.plugin.core.log.Log={}", Mock("io.kestra.plugin.core.log.Log")),
    ],
)
def test_a_stand_in_is_read(pair: str, mock: Mock) -> None:
    assert given_mocks([pair], []).mocks == (replace(mock, every=mock.value is None),)


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        ("fetch", "no TASK=OUTPUTS"),
        ("=x", "no TASK=OUTPUTS"),
        ("fetch=", "no TASK=OUTPUTS"),
        ("fetch={", "no JSON"),
        ("fetch=missing.json", "there is no file missing.json"),
        ("fetch=list.yaml", "must hold a map"),
        ("fetch=RUNNING", "no state that a task ends in"),
        ("fetch=.", "can't be read"),
    ],
)
def test_what_is_none_is_refused(pair: str, told: str) -> None:
    with pytest.raises(Refused, match=told):
        given_mocks([pair], [])


def test_a_file_of_fixtures_gives_inputs_too() -> None:
    mocks = given_mocks(['one={"a": "c"}'], [Path("fixtures.yaml")])
    assert mocks.inputs == {"n": 3}
    assert mocks.fixtures(flow_of(FLOW)) == (
        Fixture("one", outputs={"a": "c"}, every=True),
        Fixture("two", "7", State.FAILED),
    )


@pytest.mark.parametrize(
    ("name", "told"), [("other", "'assertions'"), ("state", "'RUNNING' is no state"), ("list", "map")]
)
def test_a_wrong_file_of_fixtures_is_refused(name: str, told: str) -> None:
    with pytest.raises(Refused, match=told):
        given_mocks([], [Path(f"{name}.yaml")])


def test_a_type_stands_for_all_its_tasks_under_any_of_its_names_and_below_an_id() -> None:
    flow = flow_of(FLOW)
    for name in ("io.kestra.plugin.core.log.Log", "io.kestra.core.tasks.log.Log"):
        mocks = given_mocks(['two={"a": 1}', name + "={}"], [])
        assert mocks.fixtures(flow) == (
            Fixture("one", every=True),
            Fixture("two", outputs={"a": 1}, every=True),
        )


@pytest.mark.parametrize(
    ("name", "told"),
    [("on", "Did you mean 'one'"), ("io.kestra.plugin.core.log.Lo", "Did you mean 'io.kestra.plugin.core.log.Log'")],
)
def test_a_stand_in_for_nothing_is_refused(name: str, told: str) -> None:
    with pytest.raises(Refused, match=told):
        given_mocks([f"{name}=SUCCESS"], []).fixtures(flow_of(FLOW))
