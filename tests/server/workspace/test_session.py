from __future__ import annotations

from pathlib import Path

import pytest

from tiercel_schemas.diagnostics import Severity
from tiercel_schemas.source.spans import Span
from tiercel_schemas.versions import KestraVersion
from tiercel_server.rules import diagnose
from tiercel_server.workspace import (
    DocumentSnapshot,
    Session,
    TextEdit,
    UnknownDocumentError,
    find_project_file,
    parse_settings,
)
from tiercel_server.workspace.flow_index import index_flows
from tiercel_server.workspace.session import path_of

FLOW = "id: a\nnamespace: b\ntasks:\n  - {id: x, type: io.kestra.plugin.core.log.Log, message: hi}\n"


def test_edits_give_new_snapshots_and_leave_the_old_one() -> None:
    session = Session()
    first = session.open("file:///x.yaml", FLOW, 1)
    second = session.change("file:///x.yaml", [TextEdit(Span(4, 5), "long"), TextEdit(Span(0, 2), "ID")], 2)
    assert second.text.text.startswith("ID: long\n")
    assert first.text.text == FLOW
    assert session.document("file:///x.yaml") is second
    assert (first.version, second.version) == (1, 2)


def test_a_closed_document_is_unknown() -> None:
    session = Session()
    session.open("file:///x.yaml", FLOW)
    session.close("file:///x.yaml")
    session.close("file:///x.yaml")
    with pytest.raises(UnknownDocumentError):
        session.document("file:///x.yaml")
    assert session.documents == ()


def test_settings_are_those_of_the_nearest_file_within_the_workspace(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "flows").mkdir(parents=True)
    (tmp_path / "tiercel.yaml").write_text('kestra-version: "1.3"\n', encoding="utf-8")
    assert find_project_file(root / "flows", root) is None
    (root / "tiercel.yaml").write_text('kestra-version: "1.3"\n', encoding="utf-8")
    session = Session([root])
    assert session.open((root / "flows" / "x.yaml").as_uri(), FLOW).kestra_version == KestraVersion.V1_3
    (root / "tiercel.yaml").write_text("{}\n", encoding="utf-8")
    (renewed,) = session.reload_settings()
    assert renewed.kestra_version == KestraVersion.V2_0
    (forced,) = session.reload_settings(KestraVersion.V1_3)
    assert forced.kestra_version == KestraVersion.V1_3


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///a/b%20c.yaml", Path("/a/b c.yaml")),
        ("/a/b.yaml", Path("/a/b.yaml")),
        ("a/b.yaml", Path("a/b.yaml")),
        ("untitled:Untitled-1", None),
    ],
)
def test_uris_lead_to_files(uri: str, path: Path | None) -> None:
    assert path_of(uri) == path


def test_a_document_that_is_no_file_has_default_settings() -> None:
    assert Session([Path("/")]).open("untitled:1", FLOW).kestra_version == KestraVersion.V2_0


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("kestra-version: 3\n", ["`3` is none of '1.3' or '2.0'"]),
        ("rules: 3\n", ["rules: a mapping is wanted here"]),
        ("rules: {severity: {a: loud}}\n", ["rules.severity.a: `loud` is none of 'error', 'warning'"]),
        ("rules: {profile: fast}\n", ["rules.profile: `fast` is none of 'practice' or 'security'"]),
        ("rules: {ignore: x}\n", ["rules.ignore: a list is wanted here"]),
        ("- a\n", ["a project file is a mapping"]),
        ("", []),
        ("other: 1\n", ["other: no such setting"]),
        ("flows: [a, 3]\n", ["flows.1: a text is wanted here"]),
        ("secrets: 3\nkv: {a: 1}\n", ["secrets: a list of names is wanted here"]),
        ("run: {runner: k8s, max-parallel: 0}\n", ["run.runner: `k8s` is none of", "run.max-parallel: "]),
        ("server: {tenant: x}\n", ["server"]),
    ],
)
def test_what_is_wrong_with_settings_is_said_never_raised(text: str, messages: list[str]) -> None:
    settings = parse_settings(text)
    assert len(settings.problems) == len(messages)
    for problem, message in zip(settings.problems, messages, strict=True):
        assert message in problem.message
    assert settings.effective_version == KestraVersion.V2_0


def test_settings_are_read() -> None:
    settings = parse_settings(
        'kestra-version: "1.3"\nrules: {severity: {a: off, b: hint}, ignore: [c], profile: [security]}\n'
        "secrets: [A]\nkv: {b: 1}\n"
    )
    assert settings.problems == ()
    assert settings.kestra_version == KestraVersion.V1_3
    assert settings.severities == {"a": None, "b": Severity.HINT}
    assert (settings.ignore, settings.profiles) == ({"c"}, {"security"})
    assert (settings.secrets, settings.kv) == ({"A"}, {"b"})


def test_what_a_project_leaves_out_is_no_flow(tmp_path: Path) -> None:
    (tmp_path / "tiercel.yaml").write_text("flows: ['flows/**']\nexclude: ['flows/old/']\n")
    session = Session([tmp_path])
    assert session.open((tmp_path / "flows" / "a.yaml").as_uri(), FLOW).is_flow
    assert not session.open((tmp_path / "flows" / "old" / "a.yaml").as_uri(), FLOW).is_flow
    assert not session.open((tmp_path / "elsewhere.yaml").as_uri(), FLOW).is_flow


def test_flows_know_of_one_another() -> None:
    called = DocumentSnapshot(
        "called.yaml",
        "id: called\nnamespace: n\ninputs:\n  - {id: a, type: INT}\n  - {id: b, type: INT, defaults: 1}\n"
        "tasks:\n  - {id: back, type: io.kestra.plugin.core.flow.Subflow, namespace: n, flowId: caller}\n",
    )
    caller = DocumentSnapshot(
        "caller.yaml",
        "id: caller\nnamespace: n\ntasks:\n"
        "  - {id: one, type: io.kestra.plugin.core.flow.Subflow, namespace: n, flowId: called, inputs: {c: 1, b: x}}\n"
        "  - {id: two, type: io.kestra.plugin.core.flow.Subflow, namespace: n, flowId: caled}\n"
        "  - {id: three, type: io.kestra.plugin.core.flow.Subflow, namespace: elsewhere, flowId: caled}\n",
    )
    codes = [each.code for each in diagnose(caller, index_flows([called, caller]))]
    assert sorted(codes) == [
        "subflow-cycle",
        "subflow-input-missing",
        "subflow-input-type",
        "subflow-input-unknown",
        "subflow-missing",
    ]
    assert diagnose(caller) == []


def test_several_documents_are_several_flows() -> None:
    snapshot = DocumentSnapshot("x.yaml", FLOW + "---\n" + FLOW.replace("hi", '"{{ nope() }}"') + "---\na: b\n")
    assert len(snapshot.flows) == 2
    (finding,) = diagnose(snapshot)
    assert snapshot.flow_at(finding.span.start) is snapshot.flows[1]
