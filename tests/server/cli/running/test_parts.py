"""`tiercel run` with parts of a flow, stand-ins, a context, a plan: by real runs in a temporary workspace."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tiercel_server.cli.main import cli

RETURN = "io.kestra.plugin.core.debug.Return"
LOG = "io.kestra.plugin.core.log.Log"
FLOW = f"""id: chain
namespace: a.b
inputs:
  - {{id: n, type: INT, defaults: 1}}
variables: {{who: you}}
tasks:
  - {{id: one, type: {RETURN}, format: 'one {{{{ inputs.n }}}}'}}
  - id: par
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - {{id: left, type: {RETURN}, format: '{{{{ outputs.one.value }}}} left'}}
      - {{id: right, type: {RETURN}, format: '{{{{ vars.who }}}}'}}
  - {{id: two, type: {RETURN}, format: '{{{{ outputs.left.value }}}} two'}}
  - {{id: three, type: {RETURN}, format: '{{{{ outputs.two.value }}}} three'}}
  - {{id: idle, type: {LOG}, message: x, disabled: true}}
errors:
  - {{id: alert, type: {LOG}, message: x}}
finally:
  - {{id: end, type: {LOG}, message: '{{{{ trigger.day ?? "no day" }}}}'}}
outputs:
  - {{id: o, type: STRING, value: '{{{{ outputs.three.value }}}}'}}
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    Path("flow.yaml").write_text(FLOW, encoding="utf-8")

    def invoke(*arguments: str, flow: str = "flow.yaml") -> Result:
        return CliRunner().invoke(cli, ["run", flow, *arguments])

    return invoke


def outputs(result: Result) -> dict[str, str]:
    assert result.exit_code == 0, result.output
    execution = json.loads(result.stdout)
    return {each["taskId"]: each.get("outputs", {}).get("value", "") for each in execution["taskRunList"]}


WHOLE = {"one": "one 5", "par": "", "left": "one 5 left", "right": "you", "two": "one 5 left two"}
PARTS: dict[str, tuple[list[str], dict[str, str]]] = {
    "to": (["--to", "two"], {**WHOLE, "end": ""}),
    "to a branch": (["--to", "left"], {"one": "one 5", "par": "", "left": "one 5 left", "end": ""}),
    "from": (["--from", "three", "--reuse", "last"], {**WHOLE, "three": "one 5 left two three", "end": ""}),
    "from without reuse": (["--from", "three"], {**WHOLE, "three": "one 5 left two three", "end": ""}),
    "from and to": (["--from", "two", "--to", "two", "--reuse", "last"], {**WHOLE, "end": ""}),
    "from a branch": (
        ["--from", "right", "--to", "par"],
        {"one": "one 5", "par": "", "left": "one 5 left", "right": "you", "end": ""},
    ),
    "a task": (["--task", "two"], {**WHOLE, "three": "one 5 left two three", "end": ""}),
    "a stand-in": (
        ["--to", "two", "--mock", 'left={"value": "given"}', "--input", "n=5"],
        {"one": "one 5", "par": "", "left": "given", "right": "you", "two": "given two", "end": ""},
    ),
    "a stand-in for a type": (
        ["--to", "left", "--mock", RETURN + '={"value": "same"}'],
        {"one": "same", "par": "", "left": "same", "end": ""},
    ),
}


@pytest.mark.parametrize("name", PARTS)
def test_a_part_runs_with_what_an_earlier_run_lends(name: str, run: Callable[..., Result]) -> None:
    assert run("--input", "n=5").exit_code == 0
    arguments, expected = PARTS[name]
    if name in {"to", "to a branch"}:
        arguments = [*arguments, "--input", "n=5"]
    found = outputs(run("--format", "json", *arguments))
    if name == "a task":
        assert found["two"] == expected["two"]
    else:
        assert found == expected


def test_what_is_reused_is_told_apart_from_what_runs(run: Callable[..., Result]) -> None:
    assert run("--input", "n=5").exit_code == 0
    shown = run("--from", "three").stdout
    assert "= reused: one, par, par › left, par › right, two\n" in shown
    assert "✓ three SUCCESS" in shown
    assert "✓ two" not in shown
    events = [json.loads(line) for line in run("--from", "three", "--format", "jsonl").stdout.splitlines()]
    reused = {event["taskId"] for event in events if event.get("reused")}
    assert reused == {"one", "par", "left", "right", "two"}


def test_a_run_of_one_task_lends_nothing_to_the_next(run: Callable[..., Result]) -> None:
    assert run("--input", "n=5").exit_code == 0
    Path("context.json").write_text('{"outputs": {"left": {"value": "other"}}}', encoding="utf-8")
    assert run("--task", "two", "--context", "context.json").exit_code == 0
    assert run("--task", "three").exit_code == 0
    assert outputs(run("--from", "three", "--format", "json"))["three"] == "one 5 left two three"
    steps = plan(run("--plan", "--from", "three", "--format", "json"))["steps"]
    assert steps["three"]["properties"] == {"format": "one 5 left two three"}


def test_inputs_are_lent_too(run: Callable[..., Result]) -> None:
    Path("flow.yaml").write_text(FLOW.replace(", defaults: 1", ""), encoding="utf-8")
    assert run("--input", "n=5").exit_code == 0
    assert run().exit_code == 2
    assert run("--from", "three").exit_code == 0
    assert plan(run("--plan", "--from", "three", "--format", "json"))["inputs"] == {"n": 5}
    assert plan(run("--plan", "--from", "three", "--input", "n=6", "--format", "json"))["inputs"] == {"n": 6}


def test_a_task_alone_sees_a_context(run: Callable[..., Result]) -> None:
    context = {"outputs": {"left": {"value": "a {{ b }}"}, "elsewhere": {"x": 1}}, "vars": {"who": "me"}}
    Path("context.json").write_text(json.dumps(context), encoding="utf-8")
    found = outputs(run("--task", "two", "--context", "context.json", "--format", "json"))
    assert found == {"left": "a {{ b }}", "elsewhere": "", "two": "a {{ b }} two"}
    assert outputs(run("--task", "right", "--context", "context.json", "--format", "json"))["right"] == "me"


REFUSALS: dict[str, tuple[list[str], str]] = {
    "unknown task": (["--to", "tow"], "--to: flow 'chain' has no task 'tow'. Did you mean 'two'?"),
    "disabled task": (["--task", "idle"], "task 'idle' of flow 'chain' is disabled"),
    "nothing to reuse": (["--from", "two"], "was not run here yet"),
    "unknown execution": (["--from", "two", "--reuse", "nope"], "no execution"),
    "two parts": (["--task", "two", "--from", "one"], "--task stands alone"),
    "reuse alone": (["--reuse", "last"], "--reuse needs --from or --task"),
    "context alone": (["--context", "x.json"], "--context needs the --task"),
    "both": (["--task", "two", "--context", "x.json", "--reuse", "last"], "exclude each other"),
    "no context": (["--task", "two", "--context", "x.json"], "x.json can't be read"),
    "breakpoint": (["--breakpoint", "tow"], "has no task 'tow'"),
    "stand-in": (["--mock", "tow={}"], "no task named 'tow' to mock. Did you mean 'two'?"),
    "plan and watch": (["--plan", "--watch"], "--plan goes with"),
    "plan as lines": (["--plan", "--format", "jsonl"], "--plan goes with"),
    "watched input": (["--watch"], "Standard input can't be watched"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_does_not_fit_is_refused_before_anything_runs(case: str, run: Callable[..., Result]) -> None:
    arguments, told = REFUSALS[case]
    result = run(*arguments, flow="-" if case == "watched input" else "flow.yaml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


def test_an_execution_of_another_flow_lends_nothing(run: Callable[..., Result]) -> None:
    assert run().exit_code == 0
    Path("other.yaml").write_text(FLOW.replace("id: chain", "id: other"), encoding="utf-8")
    execution = json.loads(run("--format", "json").stdout)["id"]
    result = run("--from", "two", "--reuse", execution, flow="other.yaml")
    assert result.exit_code == 2
    assert "is one of flow 'a.b.chain', not of 'a.b.other'" in result.stderr


UNKNOWN = f"""id: far
namespace: a.b
tasks:
  - {{id: before, type: {LOG}, message: x}}
  - {{id: query, type: io.kestra.plugin.nowhere.Query, sql: select}}
  - {{id: after, type: {LOG}, message: 'got {{{{ outputs.query.rows ?? "nothing" }}}}'}}
"""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--mock", 'query={"rows": 3}'], "got 3"),
        (["--mock", 'io.kestra.plugin.nowhere.Query={"rows": 4}'], "got 4"),
        (["--fixtures", "fixtures.yaml"], "got 5"),
        (["--to", "before"], "before | x"),
        (["--task", "after"], "got nothing"),
    ],
)
def test_a_task_that_cannot_run_here_stops_the_run_unless_there_is_a_way_round_it(
    run: Callable[..., Result], arguments: list[str], said: str
) -> None:
    Path("far.yaml").write_text(UNKNOWN, encoding="utf-8")
    Path("fixtures.yaml").write_text("tasks: [{id: query, outputs: {rows: 5}}]", encoding="utf-8")
    refused = run(flow="far.yaml")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "task 'query' has type io.kestra.plugin.nowhere.Query" in refused.stderr
    assert "--mock query=" in refused.stderr
    done = run(*arguments, flow="far.yaml")
    assert done.exit_code == 0, done.output
    assert said in done.stdout


def test_a_stand_in_is_for_every_value_unless_it_names_one(run: Callable[..., Result]) -> None:
    Path("old.yaml").write_text(
        """id: old
namespace: a.b
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: [a, b]
    tasks:
      - {id: query, type: io.kestra.plugin.nowhere.Query}
  - {id: tell, type: io.kestra.plugin.core.log.Log, message: '{{ outputs.query.a.v }} {{ outputs.query.b.v }}'}
""",
        encoding="utf-8",
    )
    for mocks, said in {
        ('query={"v": 1}',): "1 1",
        ('query={"v": 1}', 'query[b]={"v": 2}'): "1 2",
        ('query[a]={"v": 3}', 'query[b]={"v": 2}'): "3 2",
    }.items():
        options = [option for mock in mocks for option in ("--mock", mock)]
        result = run("--kestra-version", "1.3", *options, flow="old.yaml")
        assert (result.exit_code, f"tell | {said}" in result.stdout) == (0, True), result.output


def test_a_stand_in_may_fail(run: Callable[..., Result]) -> None:
    result = run("--mock", "two=FAILED", "--format", "json")
    assert result.exit_code == 1
    states = {each["taskId"]: each["state"]["current"] for each in json.loads(result.stdout)["taskRunList"]}
    assert (states["two"], states["alert"]) == ("FAILED", "SUCCESS")
    assert "three" not in states


def plan(result: Result, code: int = 0) -> dict[str, Any]:
    assert result.exit_code == code, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    found["steps"] = {step["taskId"]: step for step in found["steps"]}
    return found


def test_a_plan_renders_what_is_known_and_runs_nothing(run: Callable[..., Result], tmp_path: Path) -> None:
    found = plan(run("--plan", "--format", "json", "--input", "n=7"))
    assert (found["inputs"], found["canRun"], found["problems"]) == ({"n": 7}, True, [])
    steps = found["steps"]
    assert list(steps) == ["one", "par", "left", "right", "two", "three", "idle", "alert", "end"]
    assert steps["one"]["properties"] == {"format": "one 7"}
    assert steps["right"]["properties"] == {"format": "you"}
    assert steps["left"]["properties"] == {"format": "{{ outputs.one.value }} left"}
    assert (steps["left"]["unknown"], steps["left"]["parent"]) == ({"format": ["outputs.one"]}, "par")
    assert (steps["idle"]["fate"], steps["par"]["runner"], steps["one"]["runner"]) == ("disabled", "engine", "Tiercel")
    assert [steps[name]["list"] for name in ("one", "left", "alert", "end")] == ["tasks", "tasks", "errors", "finally"]
    assert not (tmp_path / ".tiercel").exists()


def test_a_plan_knows_parts_stand_ins_and_what_is_reused(run: Callable[..., Result]) -> None:
    assert run("--input", "n=5").exit_code == 0
    steps = plan(run("--plan", "--format", "json", "--from", "two", "--mock", 'two={"value": "v"}'))["steps"]
    fates = {name: step["fate"] for name, step in steps.items()}
    assert fates["one"] == fates["left"] == "reused"
    assert (fates["two"], fates["three"]) == ("mocked", "runs")
    assert steps["three"]["properties"] == {"format": "v three"}
    fates = {
        name: step["fate"] for name, step in plan(run("--plan", "--format", "json", "--to", "left"))["steps"].items()
    }
    assert (fates["left"], fates["right"], fates["two"]) == ("runs", "left out", "left out")


def test_a_plan_tells_what_cannot_run_and_what_cannot_be_rendered(run: Callable[..., Result]) -> None:
    text = UNKNOWN.replace("message: x", "message: 'now {{ vars.nothing }} {{ secret(\"S\") }}'")
    Path("far.yaml").write_text(text, encoding="utf-8")
    found = plan(run("--plan", "--format", "json", flow="far.yaml"), code=2)
    assert found["canRun"] is False
    assert found["steps"]["query"]["fate"] == "can't run here"
    before = found["steps"]["before"]
    assert before["unknown"] == {"message": ["vars", "secret()"]}
    shown = run("--plan", flow="far.yaml")
    assert shown.exit_code == 2
    assert "✗ query  Query  can't run here" in shown.stdout
    assert "It can't run here:" in shown.stdout


def test_a_plan_refuses_wrong_inputs(run: Callable[..., Result]) -> None:
    result = run("--plan", "--input", "n=x")
    assert (result.exit_code, "inputs of flow 'chain' can't be used" in result.stderr) == (2, True)
