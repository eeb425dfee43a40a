"""Cases run against flows: what fixtures do, how results are judged, what coverage counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import pytest
from ruamel.yaml import YAML

from tiercel_engine.runtime import Surroundings
from tiercel_engine.tasks.services import local_services
from tiercel_engine.unit_tests.coverage import Branch
from tiercel_engine.unit_tests.results import TestState, suite_state
from tiercel_engine.unit_tests.running import CaseEnd, CaseRun, run_case
from tiercel_schemas.model import read_flow
from tiercel_schemas.model.project import Project
from tiercel_schemas.model.unit_test import TEST_TYPE
from tiercel_schemas.model.unit_test_extras import Extras
from tiercel_schemas.model.unit_test_reading import read_suite
from tiercel_schemas.versions import KestraVersion

DATA: dict[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("cases.yaml").read_text("utf-8"))
FLOWS: dict[str, Any] = DATA["flows"]
CASES: dict[str, dict[str, Any]] = DATA["cases"]


def ended(folder: Path, written: dict[str, Any], extras: Extras | None = None, timeout: float | None = 60) -> CaseEnd:
    version = KestraVersion(str(written.get("version", "2.0")))
    flow = read_flow({"id": written["flow"], "namespace": "company.team", **FLOWS[written["flow"]]}, version)
    case = {"id": "case", "type": TEST_TYPE, "assertions": [], **written.get("case", {})}
    head = {"id": "suite", "namespace": "company.team", "flowId": written["flow"]}
    suite = read_suite({**head, "testCases": [case]})
    surroundings = Surroundings(local_services(folder, Project(), folder, {}))
    run = CaseRun(suite.test_cases[0], flow, surroundings, extras or Extras(), timeout=timeout)
    return anyio.run(run_case, run)


@pytest.mark.parametrize("name", CASES)
def test_a_case_comes_to_what_is_written(name: str, tmp_path: Path) -> None:
    written = CASES[name]
    result = ended(tmp_path, written, Extras(**written.get("extras", {}))).result
    assert result.state.value == written["state"], (result.assertions, result.errors, result.logs)
    failed = {each.operator: each.message for each in result.failed}
    for operator, message in written.get("failed", {}).items():
        assert message in failed.pop(operator)
    assert not failed
    errors = " ".join(f"{each.message}: {each.details}" for each in result.errors)
    for message in written.get("errors", []):
        assert message in errors


def test_a_case_that_never_ends_is_given_up(tmp_path: Path) -> None:
    result = ended(tmp_path, {"flow": "waiting"}, timeout=0.3).result
    assert result.state is TestState.ERROR
    assert "did not end within 0.3 seconds" in result.errors[0].message


def test_secrets_are_in_no_result(tmp_path: Path) -> None:
    from dataclasses import replace

    environment = {"SECRET_TOKEN": "czNjcmV0LXZhbHVl"}
    flow = read_flow({"id": "secret", "namespace": "company.team", **FLOWS["secret"]}, KestraVersion.V2_0)
    case = {"id": "c", "type": TEST_TYPE, "assertions": [{"value": "{{ outputs.show.value }}", "equalTo": "x"}]}
    suite = read_suite({"id": "s", "namespace": "company.team", "flowId": "secret", "testCases": [case]})
    surroundings = Surroundings(local_services(tmp_path, Project(), tmp_path, environment))
    end = anyio.run(run_case, CaseRun(suite.test_cases[0], flow, replace(surroundings)))
    assert end.result.state is TestState.FAILED
    assert "s3cret-value" not in str(end.result)
    assert "******" in str(end.result)


def test_coverage_counts_what_ran_what_was_replaced_and_which_ways_were_taken(tmp_path: Path) -> None:
    written = {"flow": "branches", "case": {"fixtures": {"inputs": {"n": 5}, "tasks": [{"id": "replaced"}]}}}
    coverage = ended(tmp_path / "a", written).coverage
    assert {name: (each.ran, each.mocked, each.skipped) for name, each in coverage.tasks.items()} == {
        "replaced": (0, 1, 0),
        "choose": (1, 0, 0),
        "big": (1, 0, 0),
        "pick": (1, 0, 0),
        "one": (0, 0, 0),
        "five": (1, 0, 0),
        "sometimes": (0, 0, 1),
        "handler": (0, 0, 0),
    }
    taken = {branch for branch, count in coverage.branches.items() if count}
    assert taken == {Branch("choose", "then"), Branch("pick", "cases.5"), Branch("sometimes", "runIf false")}
    other = ended(tmp_path / "b", {"flow": "branches", "case": {"fixtures": {"inputs": {"n": 1}}}}).coverage
    both = coverage + other
    assert both.tasks["replaced"].ran == both.tasks["replaced"].mocked == 1
    assert {branch for branch, count in both.branches.items() if not count} == {Branch("", "errors")}


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["SUCCESS", "SKIPPED"], "SUCCESS"),
        (["SKIPPED"], "SKIPPED"),
        (["SUCCESS", "FAILED"], "FAILED"),
        (["FAILED", "ERROR"], "ERROR"),
        ([], "SUCCESS"),
    ],
)
def test_the_state_of_a_suite(states: list[str], expected: str) -> None:
    assert suite_state(TestState(each) for each in states).value == expected
