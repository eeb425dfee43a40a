"""The cache of `tiercel check`: never a stale answer, never in the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.schemas.catalog.server_shape import add_plugin, inherited, server_schema
from tiercel_schemas.catalog import load_catalog
from tiercel_schemas.versions import KestraVersion
from tiercel_server.cli.checking import cache, memory, runner
from tiercel_server.cli.checking.cache import CheckCache, cache_root
from tiercel_server.cli.checking.fingerprints import build_digest
from tiercel_server.cli.commands.check import command
from tiercel_server.cli.commands.schema import command as schema

TIERCEL = Path(sys.executable).with_name("tiercel")
LOG = "io.kestra.plugin.core.log.Log"
KEPT = Path(".tiercel/cache/check.jsonl")
SAY = f'id: say\nnamespace: a.b\ntasks:\n  - id: x\n    type: {LOG}\n    message: "{{{{ inputs.no }}}}"\n'
CALL = (
    "id: call\nnamespace: a.b\ntasks:\n  - id: x\n    type: io.kestra.plugin.core.flow.Subflow\n"
    "    namespace: a.b\n    flowId: say\n    inputs: {there: 1}\n"
)
OLD = SAY.replace("id: say", "id: old").replace(f"{LOG}\n", "io.kestra.plugin.core.flow.EachSequential\n")


@pytest.fixture(autouse=True)
def _workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runner, "_WORTH_KEEPING", 0)
    monkeypatch.setattr(
        memory, "build_digest", lambda: "this"
    )  # whoever works on Tiercel meanwhile changes the real one
    (tmp_path / ".git").mkdir()


def check(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(command, ["--format", "json", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def write(**texts: str) -> None:
    for name, text in texts.items():
        Path(f"{name}.yaml").write_text(text, encoding="utf-8")


def mark() -> None:
    """Change the messages that are kept, so that a report tells where it has them from."""
    head, *lines = KEPT.read_bytes().splitlines()
    marked = [head]
    for line in lines:
        name, _, body = line.split(b" ", 2)
        survey, checked, flows = json.loads(body)
        for finding in checked[1] if checked is not None else ():
            finding[2] = f"kept: {finding[2]}"
        body = json.dumps([survey, checked, flows]).encode()
        marked.append(b"%s %08x %s" % (name, zlib.crc32(body), body))
    KEPT.write_bytes(b"\n".join([*marked, b""]))


def kept_in(*arguments: str) -> dict[str, bool]:
    """Files with findings, and whether these came from the cache."""
    return {each["path"]: each["message"].startswith("kept: ") for each in json.loads(check(*arguments)[1])}


# --- what is kept holds only for what it was made of ---------------------------------------------------------


def test_findings_are_found_again_and_look_the_same() -> None:
    write(say=SAY, call=CALL, old=OLD)
    first = check()
    assert check() == first == check("--no-cache")
    mark()
    assert kept_in() == {"say.yaml": True, "call.yaml": True, "old.yaml": True}
    assert kept_in("--no-cache") == {"say.yaml": False, "call.yaml": False, "old.yaml": False}


def test_a_changed_file_is_checked_anew_and_only_that() -> None:
    write(say=SAY, call=CALL, old=OLD)
    check()
    mark()
    write(say=SAY + "# more\n")
    assert kept_in() == {"say.yaml": False, "call.yaml": True, "old.yaml": True}


def test_a_neighbour_that_looks_different_matters_to_those_that_look_at_it() -> None:
    write(say=SAY, call=CALL, old=OLD)
    check()
    mark()
    write(say=SAY + "inputs: [{id: other, type: STRING}]\n")
    assert kept_in() == {"say.yaml": False, "call.yaml": False, "old.yaml": True}


def test_a_part_of_the_tree_is_another_workspace() -> None:
    write(say=SAY, call=CALL)
    check()
    mark()
    assert kept_in("say.yaml") == {"say.yaml": True}
    assert kept_in("call.yaml") == {}  # a lone file's neighbours are not looked up
    assert check("call.yaml") == check("call.yaml", "--no-cache")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--kestra-version", "1.3"),
        ("--profile", "practice"),
        ("--select", "unknown-input,no-description"),
        ("--ignore", "no-flow"),
    ],
)
def test_options_ask_for_other_findings(arguments: tuple[str, ...]) -> None:
    write(say=SAY)
    check()
    mark()
    assert kept_in(*arguments).get("say.yaml") is False
    assert kept_in() == {"say.yaml": True}


def test_settings_matter(tmp_path: Path) -> None:
    write(say=SAY)
    write(tiercel="rules: {severity: {unused-input: hint}}\n")
    check()
    mark()
    assert kept_in() == {"say.yaml": True}
    write(tiercel="rules: {severity: {unknown-input: hint}}\n")
    assert kept_in() == {"say.yaml": False}


def test_an_imported_schema_matters() -> None:
    write(say=SAY, own=SAY.replace("id: say", "id: own").replace(LOG, "com.acme.Enqueue"))
    before = check()
    mark()
    made = server_schema(load_catalog(KestraVersion.V2_0), ("io.kestra.plugin.core.",))
    inherits = inherited(made, LOG, "id", "timeout", "disabled")
    add_plugin(made, "com.acme.Enqueue", "tasks", {"properties": inherits, "required": ["id"]})
    Path("schema.json").write_text(json.dumps(made), encoding="utf-8")
    assert CliRunner().invoke(schema, ["import", "schema.json"]).exit_code == 0
    after = check()
    assert after == check("--no-cache")
    assert after[1] != before[1]
    assert "kept: " not in after[1]


def test_another_build_of_tiercel_starts_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    write(say=SAY)
    check()
    mark()
    monkeypatch.setattr(memory, "build_digest", lambda: "another")
    assert kept_in() == {"say.yaml": False}


def test_a_build_is_told_by_version_and_by_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tiercel_schemas
    from tiercel_server.cli.checking import fingerprints

    (tmp_path / "rule.py").write_text("1\n", encoding="utf-8")
    package = type("Package", (), {"__path__": [str(tmp_path)]})
    monkeypatch.setattr(fingerprints, "_PACKAGES", (package,))
    builds = [build_digest(), build_digest()]
    assert builds[0] == builds[1]
    (tmp_path / "rule.py").write_text("22\n", encoding="utf-8")
    builds.append(build_digest())
    types = tmp_path / "types.json"
    types.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(fingerprints, "contributing_files", lambda: iter([("acme", types)]))
    monkeypatch.setattr(fingerprints, "_PACKAGES", ())
    builds.append(build_digest())
    types.write_text('{"com.acme.Work": {}}', encoding="utf-8")
    builds.append(build_digest())
    monkeypatch.setattr(tiercel_schemas, "__version__", "99")
    builds.append(build_digest())
    assert len(set(builds)) == 5


EDITS = st.sampled_from(
    [
        ("say", SAY),
        ("say", SAY.replace("inputs.no", "inputs.yes")),
        ("say", SAY + "inputs: [{id: there, type: INT}]\n"),
        ("say", SAY + "inputs: [{id: here, type: STRING}]\n"),
        ("say", SAY + "disabled: true\n"),
        ("say", SAY.replace("id: say", "id: says")),
        ("say", "services: {}\n"),
        ("say", "id: say\nnamespace: [\n"),
        ("call", CALL),
        ("call", CALL.replace("flowId: say", "flowId: back")),
        ("back", CALL.replace("id: call", "id: back").replace("flowId: say", "flowId: call")),
        ("back", SAY + "triggers: [{id: t, type: io.kestra.plugin.core.trigger.Flow, dependsOn: [{namespace: a.b, "
         "flowId: call}]}]\n"),
        ("back", None),
        ("old", OLD),
        ("old", None),
        ("tiercel", None),
        ("tiercel", "kestra-version: '1.3'\n"),
        ("tiercel", "rules: {profile: [practice], ignore: [unknown-input]}\n"),
        ("tiercel", "exclude: [old.yaml]\n"),
    ]
)  # fmt: skip
ASKED = st.sampled_from(
    [(".",), (".",), ("call.yaml", "say.yaml"), (".", "--kestra-version", "1.3"), (".", "--profile", "security"),
     (".", "--select", "subflow-input-missing"), (".", "--jobs", "2")]
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(EDITS, ASKED), min_size=3, max_size=12))
def test_no_answer_is_ever_stale(steps: list[tuple[tuple[str, str | None], tuple[str, ...]]]) -> None:
    here = Path.cwd()
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            Path(".git").mkdir()
            write(say=SAY, call=CALL)
            for (name, text), asked in steps:
                if text is None:
                    Path(f"{name}.yaml").unlink(missing_ok=True)
                else:
                    write(**{name: text})
                fresh = check(*asked, "--jobs", "1", "--no-cache")
                assert check(*asked) == fresh
                assert check(*asked) == fresh
        finally:
            os.chdir(here)


# --- where it is ---------------------------------------------------------------------------------------------


def test_it_ignores_itself_and_holds_no_text(tmp_path: Path) -> None:
    write(
        say=SAY.replace("    message:", "    # hunter2\n    message:").replace(
            "inputs.no }}", "inputs.no }} opensesame"
        )
    )
    check()
    assert Path(".tiercel/.gitignore").read_text(encoding="utf-8") == "*\n"
    text = KEPT.read_text(encoding="utf-8")
    assert "unknown-input" in text
    assert "hunter2" not in text
    assert "opensesame" not in text


@pytest.mark.parametrize("marker", [".git", ".tiercel", "tiercel.yaml"])
def test_it_lies_at_the_nearest_root(tmp_path: Path, marker: str) -> None:
    inner = tmp_path / "inner"
    (inner / "flows" / "deep").mkdir(parents=True)
    if marker.endswith("yaml"):
        (inner / marker).write_text("", encoding="utf-8")
    else:
        (inner / marker).mkdir()
    (inner / "flows" / "deep" / "say.yaml").write_text(SAY, encoding="utf-8")
    check()
    assert (inner / KEPT).is_file()
    assert not KEPT.exists()


def test_a_folder_of_no_project_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".git").rmdir()
    assert cache_root(tmp_path) is None
    write(say=SAY)
    check()
    assert [each.name for each in tmp_path.iterdir()] == ["say.yaml"]


def test_state_above_the_current_folder_is_a_strangers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").rmdir()
    (tmp_path / ".tiercel").mkdir()
    below = tmp_path / "work" / "flows"
    below.mkdir(parents=True)
    assert cache_root(below) == tmp_path
    monkeypatch.chdir(tmp_path / "work")
    assert cache_root(below) is None


def test_a_few_flows_are_not_worth_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_WORTH_KEEPING", 10 * len(SAY))
    write(say=SAY)
    check()
    assert not Path(".tiercel").exists()


# --- when things go wrong ------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_broken_file_changes_nothing(data: st.DataObject) -> None:
    write(say=SAY, call=CALL)
    fresh = check("--no-cache")
    KEPT.unlink(missing_ok=True)
    check()
    whole = KEPT.read_bytes()
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    KEPT.write_bytes(whole[:start] + data.draw(st.binary(max_size=20)) + whole[end:])
    assert check() == fresh
    assert check() == fresh


@pytest.mark.parametrize("body", [b"null", b"[]", b'[[true,[]],[false,[["c",9,"m",0,1,{}]]],""]', b"[" * 100_000])
def test_a_sound_line_of_the_wrong_shape_is_passed_over(tmp_path: Path, body: bytes) -> None:
    write(say=SAY)
    fresh = check()
    head, line, _ = KEPT.read_bytes().split(b"\n")
    KEPT.write_bytes(b"%s\n%s %08x %s\n" % (head, line.split(b" ")[0], zlib.crc32(body), body))
    assert check() == fresh
    mark()
    assert kept_in() == {"say.yaml": True}


@pytest.mark.parametrize("blocked", [".tiercel", ".tiercel/cache", ".tiercel/cache/check.jsonl"])
def test_a_place_that_cannot_be_written_changes_nothing(blocked: str) -> None:
    write(say=SAY)
    fresh = check("--no-cache")
    Path(blocked).parent.mkdir(parents=True, exist_ok=True)
    if blocked.endswith("jsonl"):
        Path(blocked).mkdir()
    else:
        Path(blocked).write_text("", encoding="utf-8")
    assert check() == fresh
    assert check() == fresh
    assert not list(Path().rglob(".check.*"))


@pytest.mark.parametrize("link", [".tiercel", ".tiercel/cache"])
def test_nothing_is_written_through_a_link(tmp_path: Path, link: str) -> None:
    work, outside = tmp_path / "work", tmp_path / "outside"
    (work / ".git").mkdir(parents=True)
    outside.mkdir()
    (work / link).parent.mkdir(exist_ok=True)
    try:
        (work / link).symlink_to(outside, target_is_directory=True)
    except OSError:
        pytest.skip("this system makes no symbolic links")
    (work / "say.yaml").write_text(SAY, encoding="utf-8")
    assert check(str(work)) == check(str(work), "--no-cache")
    assert not list(outside.iterdir())


def test_it_stays_small_and_drops_what_is_oldest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "LARGEST", 3000)
    for number in range(20):
        write(say=SAY + f"# {number}\n")
        check()
        assert KEPT.stat().st_size < 3200
    mark()
    assert kept_in() == {"say.yaml": True}
    write(say=SAY + "# 18\n")
    assert kept_in() == {"say.yaml": True}
    write(say=SAY + "# 0\n")
    assert kept_in() == {"say.yaml": False}


def test_checks_at_the_same_time_do_not_disturb_one_another(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        Path(folder).mkdir()
        for number in range(150):
            text = SAY.replace("id: say", f"id: {folder}{number}") + "# " + "x" * 300 + "\n"
            Path(folder, f"f{number}.yaml").write_text(text, encoding="utf-8")
    asked = (["a"], ["b"], ["."], ["a"], ["."])
    running = [
        subprocess.Popen(
            [TIERCEL, "check", "--format", "json", *each], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for each in asked
    ]
    for each, process in zip(asked, running, strict=True):
        out, told = process.communicate(timeout=120)
        assert (process.returncode, out, told) == check(*each, "--no-cache")
    assert check() == check("--no-cache")
    _, *lines = KEPT.read_bytes().splitlines()
    assert len(lines) == 300
    assert all(cache._decoded(line) is not None for line in lines)


def test_what_another_check_kept_meanwhile_is_not_lost(tmp_path: Path) -> None:
    first, second = CheckCache(tmp_path, "b"), CheckCache(tmp_path, "b")
    from tiercel_server.cli.checking.cache import Remembered
    from tiercel_server.cli.checking.sources import Survey

    first.keep("one", Remembered(Survey(is_flow=False), None, ""))
    second.keep("two", Remembered(Survey(is_flow=False), None, ""))
    first.save()
    second.save()
    again = CheckCache(tmp_path, "b")
    assert again.find("one") is not None
    assert again.find("two") is not None
