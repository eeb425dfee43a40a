"""What `validate_flow` finds.

In `cases/` the comment `#! code` claims a finding on its line, `#! 1.3:code` in one version.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiercel_schemas.catalog import load_catalog
from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.json_schema import CODES, validate_flow
from tiercel_schemas.source.parser import SourceFile, parse_source
from tiercel_schemas.versions import KestraVersion

CASES = sorted(Path(__file__).with_name("cases").glob("*.yaml"))
MARK = re.compile(r"#!\s*(.*)$")
VERSIONS = [pytest.param(version, id=str(version)) for version in KestraVersion]


def check(text: str, version: KestraVersion = KestraVersion.V2_0) -> tuple[SourceFile, list[Diagnostic]]:
    source = parse_source(text)
    root = source.documents[0].root if source.documents else None
    return source, validate_flow(root, version, load_catalog(version))


def claims(text: str, version: KestraVersion) -> Counter[tuple[int, str]]:
    claimed: Counter[tuple[int, str]] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        match = MARK.search(line)
        for word in match[1].split() if match else ():
            only, _, code = word.rpartition(":")
            if only in {"", str(version)}:
                claimed[number, code] += 1
    return claimed


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_findings_are_those_that_the_case_claims(path: Path, version: KestraVersion) -> None:
    text = path.read_text(encoding="utf-8")
    source, found = check(text, version)
    assert not source.problems
    lines = Counter((source.text.position(each.span.start).line + 1, each.code) for each in found)
    assert lines == claims(text, version), [each.message for each in found]
    assert {each.code for each in found} <= set(CODES)


def only(text: str, version: KestraVersion = KestraVersion.V2_0) -> tuple[Diagnostic, str]:
    source, found = check(text, version)
    assert len(found) == 1, found
    return found[0], source.text.slice(found[0].span)


FLOW = "id: a\nnamespace: b\ntasks:\n  - id: t\n    type: io.kestra.plugin.core.log.Log\n"


def test_an_unknown_property_is_marked_at_its_key_with_a_suggestion() -> None:
    finding, marked = only(FLOW + "    message: x\n    levle: INFO\n")
    assert (finding.code, finding.severity, marked) == ("unknown-property", Severity.ERROR, "levle")
    assert "did you mean `level`?" in finding.message
    assert finding.data["suggestions"][0] == "level"


def test_a_slip_in_a_required_property_is_one_finding() -> None:
    finding, marked = only(FLOW + "    mesage: x\n")
    assert (finding.code, marked) == ("unknown-property", "mesage")


def test_a_missing_property_is_marked_at_the_id() -> None:
    finding, marked = only(FLOW)
    assert (finding.code, marked) == ("missing-property", "id: t")
    assert finding.data == {"property": "message", "owner": "io.kestra.plugin.core.log.Log"}


def test_a_type_of_another_version_says_how_to_have_that_version() -> None:
    inside = "    values: [1]\n    tasks: [{id: x, type: io.kestra.plugin.core.debug.Return}]\n"
    finding, marked = only(FLOW.replace("log.Log", "flow.ForEach") + inside)
    assert (finding.code, marked) == ("unknown-type", "io.kestra.plugin.core.flow.ForEach")
    assert "kestra-version" in finding.message
    assert finding.data["versions"] == ["1.3"]
    assert finding.data["replacement"] == "io.kestra.plugin.core.flow.Loop"


def test_an_enumeration_lists_its_values() -> None:
    finding, marked = only(FLOW + "    message: x\n    logLevel: LOUD\n")
    assert (finding.code, marked) == ("invalid-enum", "LOUD")
    assert "`WARN`" in finding.message
    assert "WARN" in finding.data["values"]


def test_an_old_name_is_a_deprecated_warning_with_its_new_name() -> None:
    text = FLOW.replace("io.kestra.plugin.core.log", "io.kestra.core.tasks.log") + "    message: x\n"
    finding, _ = only(text, KestraVersion.V1_3)
    assert (finding.code, finding.severity, finding.deprecated) == ("renamed-type", Severity.WARNING, True)
    assert finding.data["replacement"] == "io.kestra.plugin.core.log.Log"


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("    buckett: x\n", Severity.ERROR),
        ("    somethingNew: x\n", Severity.WARNING),
        ("    disabled: maybe\n", Severity.ERROR),
    ],
)
def test_what_is_read_from_sources_is_less_certain(line: str, severity: Severity) -> None:
    text = FLOW.replace("core.log.Log", "aws.s3.Upload") + "    from: x\n    key: k\n    bucket: b\n" + line
    finding, _ = only(text)
    assert finding.severity == severity


def test_an_anchored_object_is_reported_once() -> None:
    text = (
        "id: a\nnamespace: b\ntasks:\n"
        "  - &t {id: t, type: io.kestra.plugin.core.log.Log}\n"
        "  - *t\n  - {<<: *t, message: x}\n"
    )
    finding, _ = only(text)
    assert finding.code == "missing-property"


def test_aliases_of_aliases_do_not_multiply_the_work() -> None:
    levels = "".join(
        f"  - &a{n} {{id: a{n}, type: io.kestra.plugin.core.flow.Sequential, tasks: [*a{n - 1}, *a{n - 1}]}}\n"
        for n in range(1, 60)
    )
    text = "id: a\nnamespace: b\ntasks:\n  - &a0 {id: a0, type: io.kestra.plugin.core.log.Log}\n" + levels
    found = check(text)[1]
    assert [each.code for each in found] == ["missing-property"]


def test_a_deep_flow_is_checked_to_its_end() -> None:
    depth = 45
    lines = ["id: a", "namespace: b", "tasks:"]
    for level in range(depth):
        lines += [f"{'  ' * level}- id: t{level}", f"{'  ' * level}  type: io.kestra.plugin.core.flow.Sequential"]
        lines += [f"{'  ' * level}  tasks:"]
    lines += [f"{'  ' * depth}- id: last", f"{'  ' * depth}  type: io.kestra.plugin.core.log.Log"]
    source, found = check("\n".join(lines) + "\n")
    assert source.problems == ()
    assert [each.code for each in found] == ["missing-property"]


def test_a_task_inside_itself_ends() -> None:
    text = "id: a\nnamespace: b\ntasks: &t\n  - {id: s, type: io.kestra.plugin.core.flow.Sequential, tasks: *t}\n"
    assert check(text)[1] == []


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "~\n"])
def test_an_empty_document_has_no_findings(text: str) -> None:
    assert check(text)[1] == []


@pytest.mark.parametrize("text", ["- a\n- b\n", "words\n", "5\n"])
def test_what_is_no_map_is_no_flow(text: str) -> None:
    found = check(text)[1]
    assert [each.code for each in found] == ["wrong-kind"]


@pytest.mark.parametrize(
    "text",
    [
        FLOW + "    message: x\n    \n",
        FLOW + "    message: x\n    level:\n",
        FLOW + "    message: x\n  - \n",
        FLOW + "    message: x\n    retry:\n",
        FLOW + "    message: x\ntriggers:\n",
        FLOW + "    message: x\ninputs:\n  - \n",
        FLOW + "    message: x\nlabels:\n",
    ],
)
def test_what_is_not_yet_written_is_no_fault(text: str) -> None:
    assert check(text)[1] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_every_prefix_of_a_flow_gets_an_answer(version: KestraVersion) -> None:
    text = CASES[0].with_name("versions.yaml").read_text(encoding="utf-8")
    for end in range(0, len(text), 7):
        source, found = check(text[:end], version)
        assert all(0 <= each.span.start <= each.span.end <= len(source.text) for each in found)


words = st.sampled_from(
    ["id", "type", "tasks", "io.kestra.plugin.core.log.Log", "io.kestra.plugin.core.flow.If", "then", "labels", "x"]
)
leaves = st.one_of(words, st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5))
values = st.recursive(
    leaves,
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(words | st.sampled_from(["inputs", "retry", "triggers", "<<"]), below, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["id", "tasks", "inputs", "triggers", "labels", "sla", "retry"]), values))
def test_any_tree_gets_an_answer(tree: dict[str, object]) -> None:
    import json

    source, found = check(json.dumps(tree))
    assert {each.code for each in found} <= set(CODES)
    assert all(0 <= each.span.start <= each.span.end <= len(source.text) for each in found)
