from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tiercel_server.cli.commands.check import command
from tiercel_server.cli.commands.explain import command as explain
from tiercel_server.cli.formats import FORMATS
from tiercel_server.rules import all_rules

GOOD = "id: good\nnamespace: a.b\ntasks:\n  - id: x\n    type: io.kestra.plugin.core.log.Log\n    message: hi\n"
BAD = GOOD.replace("message: hi", 'message: "{{ inputs.nmae }} 😀 {{ nope() }}"').replace("id: good", "id: bad")
OLD = GOOD.replace("log.Log\n", "flow.ForEach\n    values: [a]\n    tasks: []\n").replace("    message: hi\n", "")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def check(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(command, list(arguments), input=stdin)


def listed(*arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(check(*arguments, "--format", "json").stdout)
    return found


def test_a_clean_flow_ends_with_0(tree: Path) -> None:
    write(tree, {"good.yaml": GOOD})
    result = check("good.yaml")
    assert (result.exit_code, result.stdout) == (0, "Nothing to report in 1 file.\n")


def test_text_shows_the_line_and_a_caret(tree: Path) -> None:
    write(tree, {"bad.yaml": BAD})
    result = check("bad.yaml")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "bad.yaml:6:25: error[unknown-input]: the flow has no input `nmae`"
    assert lines[2].index("^") == lines[1].index("nmae")
    assert lines[2].count("^") == 4
    assert lines[-1] == "2 errors in 1 file."


def test_json_keeps_the_contract(tree: Path) -> None:
    write(tree, {"bad.yaml": BAD})
    first, second = listed("bad.yaml")
    assert first == {
        "path": "bad.yaml",
        "line": 6,
        "column": 25,
        "end_line": 6,
        "end_column": 29,
        "severity": "error",
        "code": "unknown-input",
        "message": "the flow has no input `nmae`",
    }
    assert BAD.splitlines()[5][second["column"] - 1 : second["end_column"] - 1] == "nope"


def test_jsonl_is_the_same_line_by_line(tree: Path) -> None:
    write(tree, {"bad.yaml": BAD})
    assert [json.loads(line) for line in check("bad.yaml", "--format", "jsonl").stdout.splitlines()] == listed(
        "bad.yaml"
    )


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_takes_findings_of_every_sort_and_none(tree: Path, format_: str) -> None:
    hostile = BAD.replace("nope()", "no['<&>%,:'] | uppper('\\u0001')")
    write(tree, {"flows/a b.yaml": hostile, "good.yaml": GOOD, "flows/old.yaml": OLD})
    assert check("flows", "good.yaml", "--format", format_).exit_code == 1
    assert check("good.yaml", "--format", format_).exit_code == 0


def test_sarif_points_at_rules_and_places(tree: Path) -> None:
    write(tree, {"flows/a b.yaml": BAD})
    run = json.loads(check("flows", "--format", "sarif").stdout)["runs"][0]
    result = run["results"][0]
    assert result["ruleId"] == "unknown-input"
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "unknown-input"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "flows/a%20b.yaml"
    assert place["region"]["startLine"] == 6


def test_github_escapes_what_would_end_a_command(tree: Path) -> None:
    write(tree, {"a,b.yaml": BAD})
    line = check("a,b.yaml", "--format", "github").stdout.splitlines()[0]
    assert line.startswith("::error file=a%2Cb.yaml,line=6,endLine=6,title=tiercel%3A unknown-input,col=25")


def test_gitlab_tells_equal_findings_apart(tree: Path) -> None:
    write(tree, {"bad.yaml": BAD.replace("{{ nope() }}", "{{ inputs.nmae }}")})
    entries = json.loads(check("bad.yaml", "--format", "gitlab").stdout)
    assert len(entries) == len({entry["fingerprint"] for entry in entries}) == 2


def test_junit_counts_what_fails(tree: Path) -> None:
    write(tree, {"bad.yaml": BAD, "good.yaml": GOOD})
    root = ET.fromstring(check(".", "--format", "junit").stdout)
    assert (root.get("tests"), root.get("failures")) == ("3", "2")
    assert [suite.get("name") for suite in root] == ["bad.yaml", "good.yaml"]


def test_rdjson_counts_bytes(tree: Path) -> None:
    write(tree, {"bad.yaml": BAD})
    second = json.loads(check("bad.yaml", "--format", "rdjson").stdout)["diagnostics"][1]
    column = second["location"]["range"]["start"]["column"]
    assert BAD.splitlines()[5].encode()[column - 1 :].startswith(b"nope")


def test_folders_give_flows_only_and_what_git_keeps(tree: Path) -> None:
    write(
        tree,
        {
            "flows/bad.yaml": BAD,
            "flows/deep/er.yml": BAD,
            "flows/.hidden/x.yaml": BAD,
            ".tiercel/x.yaml": BAD,
            "compose.yaml": "services:\n  web:\n    image: x\n",
            "list.yaml": "- a\n- b\n",
            "broken.yaml": "a: [",
            "out/generated.yaml": BAD,
            "flows/kept/skip.yaml": BAD,
            ".gitignore": "out/\nskip.yaml\n",
            "flows/kept/.gitignore": "!skip.yaml\n",
        },
    )
    paths = {Path(each["path"]).as_posix() for each in listed(".")}
    assert paths == {"flows/bad.yaml", "flows/deep/er.yml", "flows/kept/skip.yaml"}


def test_a_flow_that_yaml_can_not_read_is_still_reported(tree: Path) -> None:
    write(tree, {"flows/x.yaml": GOOD.replace("tasks:", "tasks: [[[{")})
    assert "yaml-syntax" in {each["code"] for each in listed("flows")}


def test_standard_input_has_a_name(tree: Path) -> None:
    result = check("-", "--stdin-filename", "flows/x.yaml", "--format", "concise", stdin=BAD)
    assert result.exit_code == 1
    assert result.stdout.startswith("flows/x.yaml:6:25: error[unknown-input]")


def test_a_missing_file_is_misuse_and_names_the_nearest(tree: Path) -> None:
    write(tree, {"good.yaml": GOOD})
    result = check("god.yaml")
    assert result.exit_code == 2
    assert "There is no file or folder 'god.yaml'. Did you mean 'good.yaml'?" in result.output


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"services:\n  web: {}\n", "no-flow", "no flow in this file"),
        (b"", "no-flow", "no flow in this file"),
        ("id: caf\u00e9".encode("latin-1"), "unreadable-file", "save it as UTF-8"),
    ],
)
def test_a_named_file_that_is_no_flow_is_misuse(tree: Path, content: bytes, code: str, words: str) -> None:
    (tree / "x.yaml").write_bytes(content)
    assert check("x.yaml").exit_code == 2
    assert [(each["code"], words in each["message"]) for each in listed("x.yaml")] == [(code, True)]


def test_a_hook_may_name_other_files_too(tree: Path) -> None:
    write(tree, {"compose.yaml": "services: {}\n", "bad.yaml": BAD, "good.yaml": GOOD})
    assert check("--flows-only", "compose.yaml", "good.yaml").exit_code == 0
    assert check("--flows-only", "compose.yaml").exit_code == 0
    assert check("--flows-only", "compose.yaml", "bad.yaml").exit_code == 1


def test_the_mark_of_utf_8_is_read_over(tree: Path) -> None:
    (tree / "bom.yaml").write_bytes(GOOD.encode("utf-8-sig"))
    assert check("bom.yaml").exit_code == 0


@pytest.mark.parametrize(
    ("text", "encoding", "severity"),
    [
        (GOOD, "utf-16", "error"),
        (GOOD.replace("\n", "\r\n"), "utf-16", "error"),
        (GOOD + "    # caf\u00e9\n", "latin-1", "error"),
        ("services: {caf\u00e9: 1}\n", "latin-1", "warning"),
        ("services: {caf\u00e9: 1}\n", "utf-16", "warning"),
    ],
)
def test_what_kestra_cannot_read_is_an_error_where_it_seems_a_flow(
    tree: Path, text: str, encoding: str, severity: str
) -> None:
    (tree / "x.yaml").write_bytes(text.encode(encoding))
    assert [(each["code"], each["severity"]) for each in listed(".")] == [("unreadable-file", severity)]
    assert check(".").exit_code == (1 if severity == "error" else 0)
    assert check("x.yaml").exit_code == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tree: Path) -> None:
    os.mkfifo(tree / "x.yaml")
    result = check("x.yaml")
    assert (result.exit_code, "this is not a regular file" in result.stdout) == (2, True)
    assert result.stdout.splitlines()[-1] == "1 error; no flow was checked."


def test_a_project_file_that_is_named_is_checked_as_one(tree: Path) -> None:
    write(tree, {"bp/tiercel.yaml": "rules: 3\n"})
    found = listed("bp/tiercel.yaml")
    assert {(each["path"], each["code"]) for each in found} == {(str(Path("bp/tiercel.yaml")), "project-file")}
    assert check("bp/tiercel.yaml").exit_code == 1


def test_an_empty_folder_says_so(tree: Path) -> None:
    result = check(".")
    assert result.exit_code == 0
    assert "No flow found under ." in result.stderr


@pytest.mark.parametrize(
    ("fail_on", "status"), [("error", 0), ("warning", 0), ("information", 0), ("hint", 1), ("never", 0)]
)
def test_fail_on_sets_what_fails(tree: Path, fail_on: str, status: int) -> None:
    hint = GOOD + 'checks:\n  - condition: "{{ labels.a }}"\n    message: m\n'
    write(tree, {"x.yaml": hint})
    assert check("x.yaml", "--fail-on", fail_on).exit_code == status


def test_the_version_comes_from_the_flag_then_the_project_then_2_0(tree: Path) -> None:
    write(tree, {"a/x.yaml": OLD, "a/tiercel.yaml": 'kestra-version: "1.3"\n', "b/x.yaml": OLD})
    codes = {Path(each["path"]).parent.name for each in listed(".") if each["code"] == "unknown-type"}
    assert codes == {"b"}
    assert "unknown-type" in {each["code"] for each in listed("a", "--kestra-version", "2.0")}
    assert "unknown-type" not in {each["code"] for each in listed("b", "--kestra-version", "1.3")}


def test_1_3_is_offered_once_when_no_version_is_set(tree: Path) -> None:
    write(tree, {"x.yaml": OLD, "y.yaml": OLD.replace("id: good", "id: other")})
    assert check(".").stderr.count("looks written for Kestra 1.3") == 1
    assert "1.3" not in check(".", "--kestra-version", "2.0").stderr


def test_select_and_ignore(tree: Path) -> None:
    write(tree, {"bad.yaml": BAD})
    assert {each["code"] for each in listed("bad.yaml", "--select", "unknown-function")} == {"unknown-function"}
    assert {each["code"] for each in listed("bad.yaml", "--ignore", "unknown-function,unknown-test")} == {
        "unknown-input"
    }
    result = check("bad.yaml", "--ignore", "unknown-functoin")
    assert result.exit_code == 2
    assert "Did you mean 'unknown-function'?" in result.output


def test_the_project_sets_severities_and_says_what_is_wrong_with_itself(tree: Path) -> None:
    write(
        tree,
        {
            "bad.yaml": BAD,
            "tiercel.yaml": "rules:\n  severity:\n    unknown-input: warning\n    x: loud\n  ignore: 3\n",
        },
    )
    found = {(Path(each["path"]).name, each["code"]): each["severity"] for each in listed("bad.yaml")}
    assert found["bad.yaml", "unknown-input"] == "warning"
    assert found["tiercel.yaml", "project-file"] == "error"


def test_an_off_rule_is_silent(tree: Path) -> None:
    write(tree, {"bad.yaml": BAD, "tiercel.yaml": "rules:\n  severity:\n    unknown-input: off\n"})
    assert {each["code"] for each in listed("bad.yaml")} == {"unknown-function"}


def test_the_report_goes_to_a_file(tree: Path) -> None:
    write(tree, {"bad.yaml": BAD})
    result = check("bad.yaml", "--format", "json", "-o", "report.json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(json.loads((tree / "report.json").read_text(encoding="utf-8"))) == 2


FIXABLE = (
    "id: good  # a comment\nnamespace: a.b\ninputs:\n  - {id: flag, type: BOOLEAN}\n  - {name: old, type: STRING}\n"
    "  - {id: my-input, type: STRING}\ntasks:\n  - id: x\n    type: io.kestra.plugin.core.log.Log\n"
    "    message: {{ inputs.flag }}\n"
    "  - id: y\n    type: io.kestra.plugin.core.log.Log\n"
    "    message: \"{{ json('{}') | json }} {{ inputs.my-input }} {{ inputs.old | uper }}\"   # kept\n"
)


def test_fix_mends_what_is_certain_and_keeps_the_rest(tree: Path) -> None:
    write(tree, {"x.yaml": FIXABLE.replace("\n", "\r\n")})
    (tree / "x.yaml").write_bytes(b"\xef\xbb\xbf" + FIXABLE.replace("\n", "\r\n").encode())
    (tree / "x.yaml").chmod(0o640)
    result = check("x.yaml", "--fix", "--format", "concise")
    assert "Mended 6 in 1 file." in result.stderr
    assert [line.split()[1] for line in result.stdout.splitlines()] == ["error[unknown-filter]"]
    assert result.exit_code == 1
    expected = (
        FIXABLE.replace("BOOLEAN", "BOOL")
        .replace("{name: old", "{id: old")
        .replace("{{ inputs.flag }}", '"{{ inputs.flag }}"')
        .replace("json('{}') | json", "fromJson('{}') | toJson")
        .replace("inputs.my-input", "inputs['my-input']")
    )
    assert (tree / "x.yaml").read_bytes() == b"\xef\xbb\xbf" + expected.replace("\n", "\r\n").encode()
    assert (tree / "x.yaml").stat().st_mode & 0o777 == 0o640
    assert not list(tree.glob(".x.yaml*"))


def test_guesses_are_followed_only_when_asked(tree: Path) -> None:
    write(tree, {"bad.yaml": BAD.replace("tasks:", "inputs:\n  - {id: name, type: STRING}\ntasks:")})
    check("bad.yaml", "--fix")
    assert "inputs.nmae" in (tree / "bad.yaml").read_text(encoding="utf-8")
    check("bad.yaml", "--fix", "--unsafe-fixes")
    assert "inputs.name" in (tree / "bad.yaml").read_text(encoding="utf-8")


def test_diff_writes_nothing(tree: Path) -> None:
    write(tree, {"x.yaml": FIXABLE, "good.yaml": GOOD})
    result = check("--diff", "x.yaml")
    assert result.exit_code == 1
    assert "+  - {id: flag, type: BOOL}" in result.stdout
    assert (tree / "x.yaml").read_text(encoding="utf-8") == FIXABLE
    assert check("--diff", "good.yaml").exit_code == 0
    assert "BOOL}" in check("--diff", "-", stdin=FIXABLE).stdout
    assert check("--fix", "-", stdin=FIXABLE).exit_code == 2


def test_a_baseline_leaves_only_what_is_new(tree: Path) -> None:
    write(tree, {"bad.yaml": BAD})
    assert check("bad.yaml", "--write-baseline", "known.json").exit_code == 0
    assert check("bad.yaml", "--baseline", "known.json").exit_code == 0
    moved = BAD.replace("tasks:", "description: x\nlabels:\n  a: b\ntasks:")
    write(tree, {"bad.yaml": moved.replace("message:", "mesage: x\n    message:")})
    assert [each["code"] for each in listed("bad.yaml", "--baseline", "known.json")] == ["unknown-property"]
    write(tree, {"known.json": "[]"})
    result = check("bad.yaml", "--baseline", "known.json")
    assert (result.exit_code, "is no baseline" in result.output) == (2, True)
    assert check("bad.yaml", "--baseline", "nowhere.json").exit_code == 2


def test_checking_one_file_imports_little(tree: Path) -> None:
    write(tree, {"good.yaml": GOOD})
    script = (
        "import sys\nfrom tiercel_server.cli.main import main\n"
        "try:\n    main(['check', 'good.yaml'])\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "heavy = ('pygls', 'lsprotocol', 'pydantic', 'jinja2', 'rich', 'tiercel_engine')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]"


def test_explain_prints_a_page() -> None:
    result = CliRunner().invoke(explain, ["unknown-input"])
    assert result.exit_code == 0
    assert result.stdout.startswith("# unknown-input\n")


def test_explain_lists_every_rule() -> None:
    result = CliRunner().invoke(explain, ["--format", "json"])
    assert {each["code"] for each in json.loads(result.stdout)} == set(all_rules())
    text = CliRunner().invoke(explain, []).stdout
    assert all(code in text for code in all_rules())


def test_explain_knows_what_was_meant() -> None:
    result = CliRunner().invoke(explain, ["unknown-inputs"])
    assert result.exit_code == 2
    assert "Did you mean 'unknown-input'?" in result.output


def test_what_the_project_leaves_out_is_checked_only_when_named(tmp_path: Path) -> None:
    bad = "id: a\nnamespace: b\nnope: 1\ntasks:\n  - {id: t, type: io.kestra.plugin.core.log.Log, message: x}\n"
    (tmp_path / "tiercel.yaml").write_text("exclude: [vendor/]\n")
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "flow.yaml").write_text(bad)
    assert CliRunner().invoke(command, [str(tmp_path)]).exit_code == 0
    assert CliRunner().invoke(command, [str(tmp_path / "vendor" / "flow.yaml")]).exit_code == 1


@pytest.mark.parametrize("mode", [0o000, 0o444])
def test_an_unreadable_folder_is_passed_over_with_a_warning(tree: Path, mode: int) -> None:
    write(tree, {"good.yaml": GOOD, "closed/bad.yaml": BAD})
    (tree / "closed").chmod(mode)
    if os.access(tree / "closed", os.X_OK):
        pytest.skip("nothing is unreadable to root, nor on Windows")
    try:
        result = check(".")
    finally:
        (tree / "closed").chmod(0o755)
    assert (result.exit_code, result.stdout) == (0, "Nothing to report in 1 file.\n")
    assert result.stderr == "warning: the folder 'closed' can't be read, so it was passed over: Permission denied.\n"


def test_a_link_to_itself_in_a_folder_does_no_harm(tree: Path) -> None:
    write(tree, {"good.yaml": GOOD})
    (tree / "loop.yaml").symlink_to("loop.yaml")
    assert check(".").exit_code == 0


def test_a_folder_named_like_the_project_file_is_told(tree: Path) -> None:
    write(tree, {"good.yaml": GOOD})
    (tree / "tiercel.yaml").mkdir()
    result = check("good.yaml")
    assert (result.exit_code, "it is a folder, not a file" in result.stdout) == (1, True)


def test_a_broken_link_says_where_it_leads(tree: Path) -> None:
    (tree / "broken.yaml").symlink_to("gone.yaml")
    result = check("broken.yaml")
    assert result.exit_code == 2
    assert "'broken.yaml' is a link to 'gone.yaml', which does not exist." in result.stderr


def test_a_name_that_is_not_near_is_not_offered(tree: Path) -> None:
    write(tree, {"bin.yaml": GOOD})
    assert "Did you mean" not in check("missing.yaml").stderr
