"""What each report format writes, to the letter (`golden/`), and what it makes of odd input.

`UPDATE_GOLDEN=1` writes the golden files anew; read the difference before it is committed. That the formats keep to
the schemas of their readers is held by `tests/integrations/test_report_schemas.py`.
"""

from __future__ import annotations

import json
import os
import re
import xml.etree.ElementTree as ET
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from tests.server.cli.sample_reports import (
    CLEAN,
    EMPTY,
    ODD_PATHS,
    USUAL,
    large_report,
    odd_report,
)
from tiercel_schemas.diagnostics import Severity
from tiercel_server.cli.checking.report import Report, ReportedFinding
from tiercel_server.cli.commands.check import command
from tiercel_server.cli.formats import FORMATS, render, sarif_format
from tiercel_server.cli.formats.places import as_uri, relative_to_root
from tiercel_server.cli.formats.visible import visible
from tiercel_server.rules.model import Rule

GOLDEN = Path(__file__).parent / "golden"
ENDINGS = {"text": "txt", "concise": "txt", "github": "txt", "junit": "xml", "jsonl": "jsonl"}
RULE = Rule("sample-rule", "references", "A sample is flagged.", "It stays so.", "bad: 1\n", "good: 1\n", fix="Mends.")


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.delenv("CI_PROJECT_DIR", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(name: str, report: Report) -> str:
    return "".join(f"{line}\n" for line in render(name, report))


def parsed(name: str, report: Report) -> Any:
    return json.loads(written(name, report))


def messages(name: str, report: Report) -> list[str]:
    """The messages as a reader of the format gets them."""
    document = parsed(name, report) if name not in {"jsonl", "junit"} else None
    if name == "jsonl":
        return [json.loads(line)["message"] for line in written(name, report).splitlines()]
    if name == "sarif":
        return [each["message"]["text"] for each in document["runs"][0]["results"]]
    if name == "rdjson":
        return [each["message"] for each in document["diagnostics"]]
    return [each["description" if name == "gitlab" else "message"] for each in document]


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_writes_what_it_wrote_before(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif_format, "__version__", "1.2.3")
    monkeypatch.setattr(sarif_format, "all_rules", lambda: {RULE.code: RULE})
    file = GOLDEN / f"{name}.{ENDINGS.get(name, 'json')}"
    got = re.sub("\x1b\\[[0-9;]*m", "", written(name, USUAL))
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(got, encoding="utf-8", newline="\n")
    assert got == file.read_text(encoding="utf-8")


def test_there_is_a_golden_file_for_each_format_and_no_other() -> None:
    assert sorted(path.stem for path in GOLDEN.iterdir()) == sorted(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("report", [EMPTY, CLEAN, USUAL, odd_report()], ids=["empty", "clean", "usual", "odd"])
def test_every_report_can_be_written_as_utf_8(name: str, report: Report) -> None:
    assert written(name, report).encode("utf-8").decode("utf-8") == written(name, report)


@pytest.mark.parametrize("name", ["json", "jsonl", "sarif", "gitlab", "rdjson"])
def test_json_readers_get_odd_messages_back(name: str) -> None:
    report = odd_report()
    expected = [re.sub("[\ud800-\udfff]", "\ufffd", each.message) for each in report.findings]
    assert messages(name, report) == expected


@pytest.mark.parametrize("name", FORMATS)
def test_thousands_of_findings(name: str) -> None:
    report = large_report(files=2000, findings=3)
    assert written(name, report).count("2.yaml") >= 600


def test_nothing_found_is_a_document_all_the_same() -> None:
    assert (written("concise", CLEAN), written("jsonl", CLEAN), written("github", CLEAN)) == ("", "", "")
    assert parsed("json", CLEAN) == parsed("gitlab", CLEAN) == []
    assert parsed("rdjson", CLEAN)["diagnostics"] == []
    run = parsed("sarif", CLEAN)["runs"][0]
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])
    suites = ET.fromstring(written("junit", CLEAN))
    assert (suites.get("tests"), suites.get("failures")) == ("2", "0")
    assert ET.fromstring(written("junit", EMPTY)).get("tests") == "0"


def test_jsonl_is_one_object_a_line_for_every_idea_of_a_line() -> None:
    report = odd_report()
    assert len(written("jsonl", report).splitlines()) == len(report.findings)


# JUnit


def test_junit_keeps_every_finding_with_its_file() -> None:
    """Findings of several project files come mixed, and a flow may be named twice."""
    mixed = [
        ReportedFinding(path, line, 1, line, 1, Severity.ERROR, "project-file", f"{path} {line}")
        for line in (1, 2, 3)
        for path in ("a/tiercel.yaml", "b/tiercel.yaml")
    ]
    suites = ET.fromstring(written("junit", Report(tuple(mixed), 1, ("x.yaml", "x.yaml"))))
    assert [(suite.get("name"), suite.get("tests"), suite.get("failures")) for suite in suites] == [
        ("a/tiercel.yaml", "3", "3"),
        ("b/tiercel.yaml", "3", "3"),
        ("x.yaml", "1", "0"),
    ]
    assert (suites.get("tests"), suites.get("failures")) == ("7", "6")
    told = {failure.get("message") for failure in suites.iter("failure")}
    assert told == {each.message for each in mixed}


def test_junit_gives_messages_back_but_for_what_xml_can_not_hold() -> None:
    report = odd_report()
    suites = ET.fromstring(written("junit", report).encode())
    not_xml = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
    expected = [not_xml.sub("\ufffd", each.message) for each in report.findings if each.severity <= 2]
    assert sorted(failure.get("message", "") for failure in suites.iter("failure")) == sorted(expected)
    assert len(list(suites.iter("testcase"))) == len(report.findings)


@given(st.text())
def test_junit_is_xml_whatever_a_message_holds(text: str) -> None:
    finding = ReportedFinding(text, 1, 1, 1, 1, Severity.ERROR, "sample-rule", text)
    ET.fromstring(written("junit", Report((finding,), 1, (text,))).encode())


# GitHub: the rules by which the runner reads a workflow command, written from its documentation.

COMMAND = re.compile("^::(?P<name>[a-z]+) (?P<properties>.*?)::(?P<data>.*)$", re.DOTALL)


def read_command(line: str) -> tuple[str, dict[str, str], str]:
    match = COMMAND.match(line)
    assert match is not None, line
    properties = dict(each.split("=", 1) for each in match["properties"].split(","))
    return match["name"], {name: _unescaped(value) for name, value in properties.items()}, _unescaped(match["data"])


def _unescaped(text: str) -> str:
    # `%25` last, so that what it stands for is not read a second time.
    for code, sign in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, sign)
    return text


def runner_lines(text: str) -> list[str]:
    return re.split("\r\n|\r|\n", text.removesuffix("\n"))


def test_github_commands_are_read_back() -> None:
    report = odd_report()
    lines = runner_lines(written("github", report))
    assert len(lines) == len(report.findings)
    for line, finding in zip(lines, report.findings, strict=True):
        name, properties, data = read_command(line)
        assert name == {1: "error", 2: "warning", 3: "notice", 4: "notice"}[finding.severity]
        assert data == re.sub("[\ud800-\udfff]", "\ufffd", finding.message)
        assert properties["file"] == re.sub("[\ud800-\udfff]", "\ufffd", finding.path)
        assert properties["title"] == f"tiercel: {finding.code}"


@given(path=st.text(min_size=1).filter(lambda text: PurePath(text).as_posix() == text), message=st.text())
def test_github_commands_are_read_back_whatever_they_hold(path: str, message: str) -> None:
    finding = ReportedFinding(path, 1, 2, 1, 3, Severity.ERROR, "sample-rule", message)
    (line,) = runner_lines(written("github", Report((finding,), 1)))
    assert read_command(line)[2] == message
    assert read_command(line)[1]["col"] == "2"


def test_github_gives_columns_in_one_line_only() -> None:
    properties = [read_command(line)[1] for line in written("github", USUAL).splitlines()]
    assert [("col" in each, "endColumn" in each) for each in properties] == [
        (each.line == each.end_line,) * 2 for each in USUAL.findings
    ]


# Places


def test_paths_start_from_the_repository(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "sub").mkdir()
    monkeypatch.chdir(repository / "sub")
    paths = ("x.yaml", "../y.yaml", str(repository / "z.yaml"), "/elsewhere/a b.yaml", "../../w.yaml")
    report = Report(tuple(ReportedFinding(path, 1, 1, 1, 1, Severity.ERROR, "c", "m") for path in paths), 5)
    places = {
        "github": lambda: [read_command(line)[1]["file"] for line in written("github", report).splitlines()],
        "gitlab": lambda: [each["location"]["path"] for each in parsed("gitlab", report)],
        "sarif": lambda: [
            each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            for each in parsed("sarif", report)["runs"][0]["results"]
        ],
    }
    for variable in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        with monkeypatch.context() as patch:
            patch.setenv(variable, str(repository))
            inside = ["sub/x.yaml", "y.yaml", "z.yaml"]
            assert places["github"]() == [*inside, "/elsewhere/a b.yaml", "../../w.yaml"]
            assert places["gitlab"]() == [*inside, "/elsewhere/a b.yaml", "../../w.yaml"]
            assert places["sarif"]() == [*inside, "file:///elsewhere/a%20b.yaml", "../../w.yaml"]
    assert places["gitlab"]()[:2] == ["x.yaml", "../y.yaml"]


@pytest.mark.parametrize(
    ("path", "here", "root", "expected", "uri"),
    [
        (r"flows\a b.yaml", r"D:\a\repo", r"D:\a\repo", "flows/a b.yaml", "flows/a%20b.yaml"),
        (r"d:\A\Repo\flows\x.yaml", r"C:\other", r"D:\a\repo", "flows/x.yaml", "flows/x.yaml"),
        (r"..\x.yaml", r"D:\a\repo\sub", "D:/a/repo", "x.yaml", "x.yaml"),
        (r"C:\else where\x.yaml", r"D:\a", r"D:\a", "C:/else where/x.yaml", "file:///C:/else%20where/x.yaml"),
        (r"\\host\share\x#.yaml", r"D:\a", r"D:\a", "//host/share/x#.yaml", "file://host/share/x%23.yaml"),
    ],
)
def test_windows_paths(path: str, here: str, root: str, expected: str, uri: str) -> None:
    placed = relative_to_root(PureWindowsPath(path), here=PureWindowsPath(here), root=PureWindowsPath(root))
    assert (placed.as_posix(), as_uri(placed)) == (expected, uri)


@pytest.mark.parametrize("path", ODD_PATHS)
def test_uris_give_the_path_back(path: str) -> None:
    uri = as_uri(PurePosixPath(path))
    assert re.fullmatch(r"[A-Za-z0-9_.~/%:-]*", uri), uri
    assert not re.match("[^/]*:", uri) or uri.startswith("file:///")
    expected = path.replace("\ud800", "\ufffd").encode("utf-8", "surrogateescape")
    assert unquote_to_bytes(uri.removeprefix("file://")) == expected


@pytest.mark.skipif(os.name == "nt", reason="file names are text there")
@pytest.mark.parametrize("name", FORMATS)
def test_a_file_name_that_is_no_utf_8(name: str, repository: Path) -> None:
    flow = "id: x\nnamespace: a.b\ntasks:\n  - {id: x, type: io.kestra.plugin.core.log.Log, mesage: x}\n"
    try:
        Path(os.fsdecode(b"caf\xe9.yaml")).write_text(flow, encoding="utf-8")
    except OSError:
        pytest.skip("the file system takes UTF-8 only")
    result = CliRunner().invoke(command, [".", "--format", name, "--output-file", "report"])
    assert (result.exit_code, result.exception.__class__) == (1, SystemExit)
    assert "caf" in (repository / "report").read_text(encoding="utf-8")


# Positions


def test_rdjson_counts_bytes_on_the_last_line_too() -> None:
    place = parsed("rdjson", USUAL)["diagnostics"][2]["location"]["range"]
    assert place["start"] == {"line": 7, "column": len("    é😀: tasks: "[:15].encode()) + 1}
    assert place["end"] == {"line": 9, "column": len("日本".encode()) + 1}


def test_the_check_tells_formats_both_lines_of_a_finding(repository: Path) -> None:
    Path("x.yaml").write_text("id: x\nnamespace: a.b\ntasks:\n  é: [1,\n   '日本' ]\n", encoding="utf-8")
    result = CliRunner().invoke(command, ["x.yaml", "--format", "json"])
    (finding,) = [each for each in json.loads(result.stdout) if each["end_line"] != each["line"]]
    result = CliRunner().invoke(command, ["x.yaml", "--format", "rdjson"])
    ranges = [each["location"]["range"] for each in json.loads(result.stdout)["diagnostics"]]
    (end,) = [each["end"] for each in ranges if each["end"]["line"] != each["start"]["line"]]
    line = Path("x.yaml").read_text(encoding="utf-8").splitlines()[finding["end_line"] - 1]
    assert end["column"] == len(line[: finding["end_column"] - 1].encode()) + 1 > finding["end_column"]


# Fingerprints


def test_fingerprints_outlive_lines_set_in_above_and_differ() -> None:
    def finding(line: int, message: str = "m") -> ReportedFinding:
        return ReportedFinding("x.yaml", line, 1, line, 2, Severity.ERROR, "c", message, "  source")

    def marks(*findings: ReportedFinding) -> list[str]:
        report = Report(findings, 1)
        gitlab = [each["fingerprint"] for each in parsed("gitlab", report)]
        sarif = [each["partialFingerprints"]["tiercel/v1"] for each in parsed("sarif", report)["runs"][0]["results"]]
        assert gitlab == sarif
        return gitlab

    before, after = marks(finding(1), finding(2), finding(3, "n")), marks(finding(11), finding(12), finding(13, "n"))
    assert before == after
    assert len(set(before)) == 3


def test_fingerprints_do_not_depend_on_where_the_check_ran(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI_PROJECT_DIR", str(repository))
    (repository / "flows").mkdir()
    finding = ReportedFinding("flows/x.yaml", 1, 1, 1, 2, Severity.ERROR, "c", "m")
    outside = parsed("gitlab", Report((finding,), 1))
    monkeypatch.chdir(repository / "flows")
    inside = parsed("gitlab", Report((ReportedFinding("x.yaml", 1, 1, 1, 2, Severity.ERROR, "c", "m"),), 1))
    assert inside == outside


# What people look at


@pytest.mark.parametrize("name", ["text", "concise"])
def test_nothing_of_a_flow_steers_the_terminal(name: str) -> None:
    text = re.sub("\x1b\\[[0-9;]*m", "", written(name, odd_report()))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert "\u241b[2J" in text
    assert "turned \ufffd round" in text


@pytest.mark.parametrize("name", FORMATS)
def test_names_that_a_flow_writes_by_escapes_reach_no_terminal(name: str) -> None:
    Path("x.yaml").write_text(
        "id: x\nnamespace: a.b\ntasks:\n  - id: x\n    type: io.kestra.plugin.core.log.Log\n    message: m\n"
        '    "me\\e[2J\\0ss]]>\\u202Eage": 1\n',
        encoding="utf-8",
    )
    result = CliRunner().invoke(command, ["x.yaml", "--format", name])
    assert result.exit_code == 1
    if name == "junit":
        assert "me\ufffd[2J\ufffdss]]>" in (ET.fromstring(result.stdout).findtext(".//failure") or "")
    elif name in {"text", "concise"}:
        assert "me\u241b[2J\u2400ss]]>\ufffdage" in result.stdout
    elif name == "github":
        # Sequences are left out where standard output is no terminal.
        assert "me\x00ss]]>\u202eage" in read_command(runner_lines(result.stdout)[0])[2]
    else:
        assert "\x1b" not in result.stdout
        assert "me\\u001b[2J" in result.stdout


def test_concise_is_one_line_a_finding() -> None:
    report = odd_report()
    assert len(written("concise", report).splitlines()) == len(report.findings)


@given(st.text())
def test_visible_keeps_the_number_of_characters(text: str) -> None:
    assert len(visible(text)) == len(text)
    assert visible(visible(text)) == visible(text)


@pytest.mark.parametrize(
    ("line", "flagged", "lead", "carets"),
    [
        ("a: bad", "bad", "   ", "^^^"),
        ("\ta: bad", "bad", "\t   ", "^^^"),
        ("日本: bad", "bad", " " * 6, "^^^"),
        ("e\u0301: bad", "bad", " " * 3, "^^^"),
        ("x: 日本", "日本", " " * 3, "^^^^"),
        ("x\0: bad", "bad", " " * 4, "^^^"),
    ],
)
def test_carets_stand_below_what_is_meant(line: str, flagged: str, lead: str, carets: str) -> None:
    start = line.index(flagged) + 1
    finding = ReportedFinding("x.yaml", 1, start, 1, start + len(flagged), Severity.ERROR, "c", "m", line)
    below = re.sub("\x1b\\[[0-9;]*m", "", written("text", Report((finding,), 1))).split("\n")[2]
    assert below == f"   | {lead}{carets}"


def test_a_long_line_is_cut_around_the_finding() -> None:
    line = "x" * 3000 + "bad" + "y" * 3000
    finding = ReportedFinding("x.yaml", 1, 3001, 1, 3004, Severity.ERROR, "c", "m", line)
    _, source, below, *_ = re.sub("\x1b\\[[0-9;]*m", "", written("text", Report((finding,), 1))).split("\n")
    assert len(source) < 200
    assert source[below.index("^") : below.rindex("^") + 1] == "bad"
