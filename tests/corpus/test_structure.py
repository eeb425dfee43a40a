"""Real flows against the structure checks: what the real validators take gets no error from us.

Only errors of structure are looked for here; duplicate ids, cycles, defaults of inputs and their like are rules of
the server. The flows are not part of the repository: they lie beside it, as CI has them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tiercel_schemas.catalog import load_catalog
from tiercel_schemas.diagnostics import Severity
from tiercel_schemas.json_schema import flow_schema, validate_flow
from tiercel_schemas.source.parser import SourceFile, parse_source
from tiercel_schemas.source.values import plain_value
from tiercel_schemas.versions import KestraVersion

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
CORPUS = SHARED / "corpus"
ORACLE = SHARED / "oracle"
CORE = "io.kestra.plugin.core."
VERSIONS = [pytest.param(version, id=str(version)) for version in KestraVersion]

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir() and not os.environ.get("CI"),
    reason="the corpus and the records are not beside the repository (../shared)",
)


@cache
def validity() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    loaded: Mapping[str, Mapping[str, Mapping[str, Any]]] = json.loads((CORPUS / "validity.json").read_bytes())
    return loaded


def flows(version: KestraVersion, *, valid: bool) -> list[Path]:
    names = [name for name, versions in validity().items() if versions[version]["valid"] is valid]
    assert names
    return [CORPUS / "flows" / name for name in sorted(names)]


def read(path: Path) -> SourceFile:
    return parse_source(path.read_text(encoding="utf-8"))


def errors(source: SourceFile, version: KestraVersion) -> list[str]:
    found = validate_flow(source.documents[0].root, version, load_catalog(version))
    return [
        f"{source.text.position(each.span.start).line + 1}: {each.code}: {each.message}"
        for each in found
        if each.severity == Severity.ERROR
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_valid_flow_has_no_error(version: KestraVersion) -> None:
    alarms = {path.name: found for path in flows(version, valid=True) if (found := errors(read(path), version))}
    assert alarms == {}


# What needs the server's rules: an edition's limits, and what triggers must give the flow's inputs.
NEED_RULES = ("only available in Enterprise Edition", "Missing inputs for", "Invalid default for input")


@pytest.mark.parametrize("version", VERSIONS)
def test_an_invalid_flow_has_an_error_unless_only_rules_can_tell(version: KestraVersion) -> None:
    missed = []
    for path in flows(version, valid=False):
        messages = [
            each for each in validity()[path.name][version]["messages"] if not each.startswith("unknown plugin")
        ]
        for_rules = all(any(words in each for words in NEED_RULES) for each in messages)
        if not for_rules and not errors(read(path), version):
            missed.append((path.name, messages))
    assert missed == []


@pytest.mark.parametrize("version", VERSIONS)
def test_the_published_schema_takes_valid_flows(version: KestraVersion) -> None:
    schema = flow_schema(version, [name for name in load_catalog(version).names() if name.startswith(CORE)])
    validator = Draft202012Validator(schema)
    refused = {}
    for path in flows(version, valid=True):
        error = next(validator.iter_errors(plain_value(read(path).documents[0].root)), None)
        if error is not None:
            refused[path.name] = f"{error.json_path}: {error.message[:200]}"
    assert refused == {}


# Cases whose fault is no matter of structure, by the words of the real validators.
RULES_OF_CASES = (
    "Duplicate task id", "Duplicate input", "Duplicate trigger", "Cyclic dependency", "Cycle dependency",
    "non-existent input", "Invalid default for input", "System labels", "minIntervalLessThanMaxInterval",
    "invalid cron expression", "Only runnable tasks", "`itemType` cannot be", "invalid pattern",
)  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
def test_verdicts_agree_with_the_real_validators(version: KestraVersion) -> None:
    expected = json.loads((ORACLE / "validate" / f"expected-{version}.json").read_bytes())
    differing = {}
    for name, record in expected.items():
        source = read(ORACLE / "validate" / "cases" / name)
        violations = " ".join(record["violations"])
        # What stands in a templated property is looked at by the real thing only in a run.
        ours = [each for each in errors(source, version) if ": literal-" not in each]
        if any(words in violations for words in RULES_OF_CASES) or source.problems:
            continue
        if "YAML syntax error" not in violations and bool(violations) != bool(ours):
            differing[name] = (violations, ours)
    assert differing == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_flows_that_ran_have_no_structural_error(version: KestraVersion) -> None:
    folder = ORACLE / f"runs-{version}"
    cases = sorted(
        path for path in (folder / "cases").iterdir() if (folder / "expected" / f"{path.name}.json").is_file()
    )
    assert cases
    alarms = {}
    for case in cases:
        refused = json.loads((folder / "expected" / f"{case.name}.json").read_bytes()).get("flowErrors") or {}
        for path in case.glob("*.yaml"):
            if path.name == "case.yaml" or path.name in refused:
                continue
            source = read(path)
            for document in source.documents:
                found = validate_flow(document.root, version, load_catalog(version))
                wrong = [
                    each for each in found if each.severity == Severity.ERROR and not each.code.startswith("literal-")
                ]
                if wrong:
                    alarms[f"{case.name}/{path.name}"] = [each.message for each in wrong]
    assert alarms == {}
