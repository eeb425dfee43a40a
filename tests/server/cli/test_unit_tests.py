"""`tiercel test`: the example suites in all reports, what can't be used, isolation, snapshots, recording."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from tiercel_schemas.model.unit_test import OPERATORS
from tiercel_server.cli.main import cli

EXAMPLES = Path(__file__).parents[3] / "examples"
GREEN, RED = "tests/orders_tests.yaml", "tests/orders_failing.yaml"
CASE_TYPE = "io.kestra.core.tests.flow.UnitTest"
FLOW = """\
id: f
namespace: company.team
inputs: [{id: n, type: INT, defaults: 1}]
tasks:
  - {id: keep, type: io.kestra.plugin.core.kv.Set, key: seen, value: "{{ inputs.n }}"}
  - {id: show, type: io.kestra.plugin.core.debug.Return, format: "{{ kv('seen') }} of {{ inputs.n }}"}
"""


def suite(*cases: str, head: str = "id: s\nnamespace: company.team\nflowId: f\n") -> str:
    return f"{head}testCases:\n" + "".join(cases)


def case(name: str, *lines: str) -> str:
    return f"  - id: {name}\n    type: {CASE_TYPE}\n" + "".join(
        f"    {line}\n" for line in lines or ("assertions: []",)
    )


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["test", *arguments], input=stdin)


@pytest.fixture
def examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "examples"
    shutil.copytree(EXAMPLES, folder, ignore=shutil.ignore_patterns(".tiercel"))
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "f.yaml").write_text(FLOW, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, text: str, name: str = "s.yaml") -> None:
    (folder / name).write_text(text, encoding="utf-8")


# --- the examples in all reports -------------------------------------------------------------------------------


def test_the_examples_use_every_fixture_and_operator() -> None:
    for name in (GREEN, RED):
        text = (EXAMPLES / name).read_text("utf-8")
        missing = [each for each in OPERATORS if not re.search(rf"^\s+(- )?{each}:", text, re.MULTILINE)]
        assert not missing, (name, missing)
    green = (EXAMPLES / GREEN).read_text("utf-8")
    for word in ("inputs:", "files:", "tasks:", "state:", "trigger:", "description:", "outputs:", "expectedState:"):
        assert word in green or word == "state:"


def test_green(examples: Path) -> None:
    result = run(GREEN)
    assert result.exit_code == 0, result.output
    assert "✓ many_orders" in result.stdout
    assert "- not_yet (disabled)" in result.stdout
    assert "3 passed, 1 skipped" in result.stdout
    assert not (examples / ".tiercel").exists()


def test_red_as_text_tells_each_on_its_line(examples: Path) -> None:
    result = run(RED)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    source = (examples / RED).read_text("utf-8").splitlines()
    wrong = next(number for number, line in enumerate(source, 1) if "equalTo: three cheers" in line)
    column = source[wrong - 1].index("three cheers") + 1
    at = next(number for number, line in enumerate(lines) if f"{RED}:{wrong}:{column}: equalTo" in line)
    assert lines[at + 1].endswith(source[wrong - 1])
    assert lines[at + 2].index("^") - lines[at + 1].index("three cheers") == 0
    assert lines[at + 3 : at + 5] == ["      expected: three cheers", "      actual:   three orders"]
    assert lines[at + 5].index("^") == lines[at + 4].index("orders")
    assert "2 failed, 2 in error" in result.stdout
    assert "these tasks need a fixture: 'fetch'" in result.stdout


def test_red_as_json_has_kestras_shape(examples: Path) -> None:
    result = run(RED, "--format", "json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    (found,) = report["suites"]
    assert (found["testSuiteId"], found["namespace"], found["flowId"]) == ("orders_failing", "examples", "orders")
    assert found["state"] == "ERROR"
    cases = {each["testId"]: each for each in found["results"]}
    assert {name: each["state"] for name, each in cases.items()} == {
        "wrong_expectations": "FAILED",
        "wrong_state": "FAILED",
        "wrong_expression": "ERROR",
        "nothing_stands_in": "ERROR",
    }
    results = cases["wrong_expectations"]["assertionResults"]
    assert {each["operator"] for each in results} == set(OPERATORS)
    assert not any(each["isSuccess"] for each in results)
    assert len(cases["wrong_expectations"]["failures"]) == len(OPERATORS)
    assert report["summary"] | {"duration": 0} == {
        "state": "ERROR", "success": 0, "failed": 2, "error": 2, "skipped": 0, "problems": 0, "duration": 0,
    }  # fmt: skip


def test_jsonl_tells_as_things_happen(examples: Path) -> None:
    events = [json.loads(line) for line in run(GREEN, RED, "--format", "jsonl").stdout.splitlines()]
    assert events[-1]["event"] == "finished"
    begun = [each["id"] for each in events if each["event"] == "case.started"]
    ended = {each["id"]: each for each in events if each["event"] == "case.finished"}
    assert sorted(begun) == sorted(ended)
    assert ended["examples.orders_tests/not_yet"]["state"] == "SKIPPED"
    assert all(each["line"] <= each["endLine"] for each in ended.values())


def test_junit(examples: Path) -> None:
    result = run(GREEN, RED, "--format", "junit")
    assert result.exit_code == 1
    root = ElementTree.fromstring(result.stdout)
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("8", "2", "2")
    green, red = root.findall("testsuite")
    assert (green.get("name"), green.get("skipped"), green.get("failures")) == ("examples.orders_tests", "1", "0")
    assert [each.get("name") for each in green if each.find("skipped") is not None] == ["not_yet"]
    kinds = {each.get("name"): [child.tag for child in each] for each in red}
    assert kinds["wrong_expectations"] == ["failure"]
    assert kinds["wrong_expression"] == ["error"]
    text = red[0][0].text or ""
    assert all(f": {operator}: " in text for operator in OPERATORS)


def test_a_list_has_ids_and_lines(examples: Path) -> None:
    result = run(GREEN, "--list", "--format", "jsonl")
    assert result.exit_code == 0
    entries = [json.loads(line) for line in result.stdout.splitlines()]
    assert [each["caseId"] for each in entries] == ["many_orders", "too_few_orders", "shop_calls", "not_yet"]
    source = (examples / GREEN).read_text("utf-8").splitlines()
    for each in entries:
        assert f"- id: {each['caseId']}" in source[each["line"] - 1]
        assert "- id:" not in "".join(source[each["endLine"] - 1 : each["endLine"]])
    assert not any(each["disabled"] for each in entries[:-1])
    assert "examples.orders_tests/shop_calls" in run(GREEN, "--list").stdout


def test_coverage_as_table_and_page(examples: Path) -> None:
    result = run("tests/decisions_tests.yaml", "--coverage", "--coverage-html", "c.html")
    assert result.exit_code == 0
    assert re.search(r"examples\.decisions +4/6 66 % +4/6 66 % +say_large, say_none", result.stdout), result.stdout
    page = (examples / "c.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert not re.search(r"""(?:src|href)=["'](?!#)""", page)
    assert re.search(r'<span class="miss">[^<]*- id: say_large', page)
    assert re.search(r'<span class="hit">[^<]*- id: say_small', page)


# --- choosing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "ran"),
    [
        ("ab", {"ab", "abc"}),
        ("company.team.s/ab", {"ab"}),
        ("*c", {"abc"}),
        ("s/x", {"x"}),
        ("TEAM.S", {"ab", "abc", "x"}),
    ],
)
def test_filters(here: Path, wanted: str, ran: set[str]) -> None:
    write(here, suite(case("ab"), case("abc"), case("x")))
    report = json.loads(run("--filter", wanted, "--format", "json").stdout)
    assert {each["testId"] for found in report["suites"] for each in found["results"]} == ran


def test_a_filter_that_fits_nothing_is_misuse(here: Path) -> None:
    write(here, suite(case("numbers")))
    result = run("--filter", "company.team.s/number_")
    assert result.exit_code == 2
    assert "Did you mean 'company.team.s/numbers'?" in result.stderr


@pytest.mark.parametrize(("arguments", "word"), [([], "no suite"), (["nowhere.yaml"], "no file or folder")])
def test_misuse(here: Path, arguments: list[str], word: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert word in result.stderr


def test_fail_fast_begins_nothing_after_a_failure(here: Path) -> None:
    failing = case("bad", "expectedState: FAILED", "assertions: []")
    write(here, suite(failing, *(case(f"later{number}") for number in range(5))))
    report = json.loads(run("--fail-fast", "--jobs", "1", "--format", "json").stdout)
    assert [each["testId"] for each in report["suites"][0]["results"]] == ["bad"]


# --- what can't be used ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (suite(case("a"), head="id: s\nnamespace: company.team\nflowId: g\n"), 3, "flow 'g' does not exist"),
        (suite(case("a", "assertions: [{value: x, equalsTo: x}]")), 7, "did you mean `equalTo`?"),
        (suite(case("a", "assertions: [{value: x}]")), 7, "at least one operator"),
        (suite(case("a"), case("a")), 8, "another case of the suite is called `a`"),
        (suite(case("a", "fixtures: {tasks: [{id: show, state: RUNNING}]}", "assertions: []")), 7, "never end"),
        (suite("  - id: a\n    assertions: []\n"), 5, "`type` is missing"),
        ("id: s\nnamespace: company.team\nflowId: f\ntestCases: []\n", 4, "must not be empty"),
        (suite(case("a", "# tiercel:", "#   kvs: {}", "assertions: []")), 8, "`kvs` is no key here"),
    ],
)
def test_a_suite_that_cant_be_used_is_told_at_its_line(here: Path, text: str, line: int, message: str) -> None:
    write(here, text)
    write(here, suite(case("fine"), head="id: other\nnamespace: company.team\nflowId: f\n"), "t.yaml")
    result = run("--format", "json")
    assert result.exit_code == 2
    report = json.loads(result.stdout)
    problems = {each["line"]: each["message"] for found in report["suites"] for each in found["problems"]}
    assert message in problems[line], problems
    # The others run all the same.
    assert report["summary"]["success"] == 1
    assert ElementTree.fromstring(run("--format", "junit").stdout).get("errors") == str(len(problems))


def test_two_suites_of_one_name(here: Path) -> None:
    write(here, suite(case("a")))
    write(here, suite(case("b")), "t.yaml")
    result = run()
    assert result.exit_code == 2
    assert "another suite is called 'company.team.s', in s.yaml" in result.stdout


def test_a_flow_with_errors_is_told(here: Path) -> None:
    write(here, FLOW.replace("format:", "formatt:"), "f.yaml")
    write(here, suite(case("a")))
    result = run()
    assert result.exit_code == 2
    assert "flow 'f' has errors" in result.stdout
    assert "f.yaml:6:" in result.stdout


# --- stores ------------------------------------------------------------------------------------------------------


def test_cases_side_by_side_never_meet(here: Path) -> None:
    cases = [
        case(
            f"c{number}",
            f"fixtures: {{inputs: {{n: {number}}}}}",
            f'assertions: [{{value: "{{{{ outputs.show.value }}}}", equalTo: {number} of {number}}}]',
        )
        for number in range(12)
    ]
    write(here, suite(*cases))
    result = run("--jobs", "12")
    assert result.exit_code == 0, result.output
    assert not (here / ".tiercel").exists()


def test_the_history_knows_of_tests_only_when_asked(here: Path) -> None:
    write(here, suite(case("a")))
    assert run("--keep").exit_code == 0
    listed = CliRunner().invoke(cli, ["executions", "list", "--format", "json", "--workspace", str(here)])
    found = json.loads(listed.stdout)
    assert [each["flowId"] for each in found] == ["f"]
    assert not (here / ".tiercel" / "kv").exists() or not list((here / ".tiercel" / "kv").rglob("*seen*"))


def test_secrets_of_a_case(here: Path) -> None:
    write(
        here,
        FLOW + "  - {id: quiet, type: io.kestra.plugin.core.debug.Return, format: \"{{ secret('T') }}\"}\n",
        "f.yaml",
    )
    own = case(
        "a",
        "# tiercel:",
        "#   secrets: {T: hushed}",
        'assertions: [{value: "{{ outputs.quiet.value }}", equalTo: hushed}]',
    )
    write(here, suite(own, case("b", "expectedState: FAILED", "assertions: []")))
    result = run()
    assert result.exit_code == 0, result.output


# --- snapshots ---------------------------------------------------------------------------------------------------


def test_snapshots_are_kept_compared_and_forgotten(here: Path) -> None:
    def text(name: str, number: int) -> str:
        return suite(
            case(
                "a",
                "# tiercel:",
                "#   snapshots:",
                f'#     {name}: "{{{{ outputs }}}}"',
                f"fixtures: {{inputs: {{n: {number}}}}}",
                "assertions: []",
            )
        )

    kept = here / "__snapshots__" / "s.json"
    write(here, text("all", 1))
    first = run()
    assert first.exit_code == 1
    assert "there is no snapshot 'all' yet" in first.stdout
    assert not kept.exists()
    assert run("--update-snapshots").exit_code == 0
    assert json.loads(kept.read_text("utf-8"))["a"]["all"]["show"] == {"value": "1 of 1"}
    assert run().exit_code == 0
    write(here, text("all", 2))
    changed = run()
    assert changed.exit_code == 1
    assert '-    "value": "1 of 1"' in changed.stdout
    assert '+    "value": "2 of 2"' in changed.stdout
    write(here, text("other", 2))
    assert run("--update-snapshots").exit_code == 0
    assert set(json.loads(kept.read_text("utf-8"))["a"]) == {"other"}
    write(here, suite(case("a")))
    assert run("--update-snapshots").exit_code == 0
    assert not kept.exists()


def test_snapshots_that_cant_be_read_are_an_error(here: Path) -> None:
    write(here, suite(case("a", "# tiercel:", "#   snapshots: {all: '{{ outputs }}'}", "assertions: []")))
    (here / "__snapshots__").mkdir()
    write(here / "__snapshots__", "[]", "s.json")
    result = run()
    assert result.exit_code == 1
    assert "the snapshots can't be read" in result.stdout


# --- recording, standard input, watching -------------------------------------------------------------------------


def test_a_recorded_suite_passes(here: Path) -> None:
    done = CliRunner().invoke(cli, ["run", "f.yaml", "--input", "n=4", "--workspace", str(here), "--no-prompt"])
    assert done.exit_code == 0, done.output
    assert run("record", "last", "-o", "tests/f_tests.yaml").exit_code == 0
    text = (here / "tests/f_tests.yaml").read_text("utf-8")
    assert "id: keep" in text
    assert "id: show" not in text
    # What `keep` stored is not there, as it does not run: the suite says what to add.
    assert run("record", "last", "--mock-all", "-o", "tests/all.yaml", "--id", "all").exit_code == 0
    result = run("tests/all.yaml")
    assert result.exit_code == 0, result.output
    again = run("record", "last", "-o", "tests/all.yaml")
    assert again.exit_code == 2
    assert "is there already" in again.stderr
    assert run("record", "last", "--real", "nobody").exit_code == 2


def test_standard_input(here: Path) -> None:
    text = suite(case("a", 'assertions: [{value: "{{ outputs.show.value }}", equalTo: 2 of 1}]'))
    events = run("-", "--stdin-filename", str(here / "s.yaml"), "--format", "jsonl", stdin=text)
    (ended,) = [each for line in events.stdout.splitlines() if (each := json.loads(line))["event"] == "case.finished"]
    assert ended["failures"][0]["line"] == 7


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal")
def test_watching(here: Path) -> None:
    write(here, suite(case("a", 'assertions: [{value: "{{ outputs.show.value }}", equalTo: 1 of 1}]')))
    command = [sys.executable, "-m", "tiercel_server", "test", "--watch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=here) as process:
        assert process.stdout is not None

        def until(word: str) -> None:
            assert process.stdout is not None
            deadline = time.monotonic() + 60
            for line in process.stdout:
                if word in line:
                    return
                assert time.monotonic() < deadline
            raise AssertionError(f"never said: {word}")

        try:
            until("1 passed")
            until("Watching")
            write(here, FLOW.replace(" of ", " off "), "f.yaml")
            until("changed: f.yaml")
            until("1 failed")
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 130
        finally:
            process.kill()


def results(output: str) -> list[dict[str, Any]]:
    return [each for found in json.loads(output)["suites"] for each in found["results"]]


def test_a_case_that_hangs_is_given_up(here: Path) -> None:
    write(here, FLOW + "  - {id: wait, type: io.kestra.plugin.core.flow.Pause}\n", "f.yaml")
    write(here, suite(case("hangs"), case("fine", "fixtures: {tasks: [{id: wait}]}", "assertions: []")))
    result = run("--timeout", "2", "--format", "json")
    assert {each["testId"]: each["state"] for each in results(result.stdout)} == {"hangs": "ERROR", "fine": "SUCCESS"}
