"""What `tiercel check` says of the community's flows, against what the real validators said."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.versions import KestraVersion
from tiercel_server.rules import all_rules, diagnose
from tiercel_server.workspace import DocumentSnapshot

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
FLOWS = SHARED / "corpus" / "flows"
CASES = SHARED / "oracle" / "validate" / "cases"
EXCEPTIONS = tomllib.loads(Path(__file__).with_name("check_exceptions.toml").read_text(encoding="utf-8"))
LITERAL = "literal-"

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir() and not os.environ.get("CI"),
    reason="the corpus and the records are not beside the repository (../shared)",
)


@cache
def validity() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SHARED / "corpus" / "validity.json").read_text(encoding="utf-8"))
    return found


def findings(path: Path, version: KestraVersion) -> list[Diagnostic]:
    return diagnose(DocumentSnapshot(path.name, path.read_text(encoding="utf-8"), kestra_version=version))


def is_late(finding: Diagnostic) -> bool:
    """Whether the real validation does not look for this: expressions, and values of templated properties."""
    rule = all_rules().get(finding.code)
    return finding.code.startswith(LITERAL) or (rule is not None and rule.at_run_time)


def errors(path: Path, version: KestraVersion) -> list[Diagnostic]:
    return [each for each in findings(path, version) if each.severity == Severity.ERROR]


def corpus() -> Iterator[Any]:
    if FLOWS.is_dir():
        for name in sorted(validity()):
            for version in KestraVersion:
                yield pytest.param(name, version, id=f"{name}-{version.value}")


@pytest.mark.parametrize(("name", "version"), corpus())
def test_a_valid_flow_has_no_error_and_an_invalid_one_has(name: str, version: KestraVersion) -> None:
    found = errors(FLOWS / name, version)
    known = EXCEPTIONS.get(name, {}).get("codes", [])
    if validity()[name][version.value]["valid"]:
        unexpected = [each for each in found if each.code not in known]
        assert not unexpected, [(each.code, each.message) for each in unexpected]
    else:
        assert [each for each in found if not is_late(each)]


@pytest.mark.parametrize("version", KestraVersion)
def test_whatever_is_reported_can_be_explained(version: KestraVersion) -> None:
    paths = [*FLOWS.iterdir(), *CASES.iterdir()]
    assert paths
    codes = {each.code for path in paths for each in findings(path, version)}
    assert codes <= all_rules().keys()


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_known_exceptions_still_hold(name: str) -> None:
    found = {each.code for version in KestraVersion for each in errors(FLOWS / name, version)}
    assert set(EXCEPTIONS[name]["codes"]) <= found, f"no longer reported: {set(EXCEPTIONS[name]['codes']) - found}"
    assert all(all_rules()[code].at_run_time for code in EXCEPTIONS[name]["codes"])
    assert EXCEPTIONS[name]["reason"]


# What each message of the validator is called here.
CAUSES = {
    "Unrecognized field": {"unknown-property"},
    "Invalid type": {"unknown-type", "missing-type"},
    "Missing inputs": {"missing-trigger-input"},
    "Invalid default": {"invalid-input-default"},
    "must not be null": {"missing-property"},
    "must not be empty": {"missing-property", "invalid-length"},
    "only available in Enterprise": {"enterprise-only"},
}


def invalid() -> Iterator[Any]:
    for each in corpus():
        name, version = each.values
        if not validity()[name][version.value]["valid"]:
            yield each


@pytest.mark.parametrize(("name", "version"), invalid())
def test_an_error_names_the_same_cause(name: str, version: KestraVersion) -> None:
    found = {each.code for each in errors(FLOWS / name, version)}
    messages = [
        message
        for message in validity()[name][version.value]["messages"]
        if not message.startswith(("unknown plugin", "warning", "deprecated"))
    ]
    # The first is the cause; others may follow from it, as a value that was left to plugin defaults.
    cause = next(codes for words, codes in CAUSES.items() if words in messages[0])
    if ".core.condition." in messages[0]:
        # The list that holds them is gone: one finding says so, at its key.
        cause = {"unknown-property"}
    assert found & cause, (messages[0], found)


def verdicts() -> Iterator[Any]:
    for version in KestraVersion:
        path = SHARED / "oracle" / "validate" / f"expected-{version.value}.json"
        if path.is_file():
            for name, expected in json.loads(path.read_text(encoding="utf-8")).items():
                yield pytest.param(name, version, expected["violations"], id=f"{name}-{version.value}")


NO_FLOW_AT_ALL = {"yaml-list.yaml"}
"""A list of words: `check` says that the file holds no flow, and ends with 2."""


@pytest.mark.parametrize(("name", "version", "violations"), verdicts())
def test_the_verdict_is_that_of_the_real_validator(name: str, version: KestraVersion, violations: list[str]) -> None:
    snapshot = DocumentSnapshot(name, (CASES / name).read_text(encoding="utf-8"), kestra_version=version)
    if name in NO_FLOW_AT_ALL:
        assert not snapshot.flows
        return
    found = [each for each in diagnose(snapshot) if each.severity == Severity.ERROR and not is_late(each)]
    assert bool(found) == bool(violations), (violations, [(each.code, each.message) for each in found])


def recorded() -> Iterator[Any]:
    """The flows of the recorded runs, with whether the engine took them."""
    for version in KestraVersion:
        folder = SHARED / "oracle" / f"runs-{version.value}"
        for case in sorted((folder / "cases").iterdir()) if folder.is_dir() else ():
            record = folder / "expected" / f"{case.name}.json"
            refused = json.loads(record.read_text(encoding="utf-8")).get("flowErrors") if record.is_file() else None
            for path in sorted(case.glob("*.yaml")):
                if path.name != "case.yaml":
                    name = f"{case.name}/{path.name}-{version.value}"
                    yield pytest.param(path, version, path.name in (refused or {}), id=name)


@pytest.mark.parametrize(("path", "version", "is_refused"), recorded())
def test_recorded_flows_are_taken_and_refused_as_the_engine_does(
    path: Path, version: KestraVersion, is_refused: bool
) -> None:
    found = [each for each in errors(path, version) if not is_late(each)]
    assert bool(found) == is_refused, [(each.code, each.message) for each in found]
