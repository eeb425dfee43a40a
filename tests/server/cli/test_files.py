"""`tiercel files`: what is stored is found, versions stay, and nothing leads outside."""

import json

import pytest
from click.testing import CliRunner

from tiercel_server.cli.main import cli


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def invoke(command, *arguments, code=0, **more):
        result = CliRunner().invoke(cli, ["files", command, *arguments, "--namespace", "a.b"], **more)
        assert result.exit_code == code, result.output
        return result

    return invoke


def test_files_are_put_listed_and_printed(files, tmp_path):
    (tmp_path / "q.sql").write_bytes(b"select \xff")
    files("put", "q.sql")
    files("put", "q.sql", "old/q.sql")
    files("put", "-", "conf/x.txt", input=b"hi")
    assert files("list").stdout.split() == ["conf/x.txt", "old/q.sql", "q.sql"]
    assert files("list", "--include", "**.sql", "--exclude", "old/**").stdout.split() == ["q.sql"]
    assert files("cat", "/q.sql").stdout_bytes == b"select \xff"
    rows = json.loads(files("list", "--format", "json").stdout)
    assert rows[0] == {"path": "conf/x.txt", "size": 2, "version": 1}
    tree = files("tree").stdout.splitlines()
    assert tree == ["a.b", "├── conf/", "│   └── x.txt", "├── old/", "│   └── q.sql", "└── q.sql"]


def test_versions_stay(files):
    for content in ("one", "two"):
        files("put", "-", "x", input=content)
    assert files("cat", "x").stdout == "two"
    assert files("cat", "x", "--version", "1").stdout == "one"
    files("rm", "x")
    assert "was not found" in files("cat", "x", code=2).stderr
    assert files("cat", "x", "--version", "2").stdout == "two"
    known = json.loads(files("versions", "x", "--format", "json").stdout)
    assert known == [{"version": number, "size": 3, "current": False} for number in (1, 2)]
    assert "was not found" in files("cat", "x", "--version", "9", code=2).stderr
    assert "was not found" in files("rm", "x", code=2).stderr


@pytest.mark.parametrize("path", ["../x", "/../x", "a/../../x", "a\\..\\..\\x", "C:/x", "/"])
def test_paths_that_lead_elsewhere_are_refused(files, tmp_path, path):
    files("put", "-", path, input="x", code=2)
    files("cat", path, code=2)
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and file.name != ".gitignore"]


def test_links_out_of_the_project_are_not_followed(files, tmp_path):
    outside = tmp_path / "outside"
    outside.write_text("hidden")
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "link").symlink_to(outside)
    (folder / "in").write_text("shown")
    (tmp_path / "tiercel.yaml").write_text("namespaces: {a.b: {files: own}}\n")
    assert files("list").stdout == "in\n"
    assert "leaves the folder" in files("cat", "link", code=2).stderr
    assert "remove it there" in files("rm", "in", code=2).stderr


def test_what_is_no_file_is_refused(files, tmp_path):
    assert "is a folder" in files("put", str(tmp_path), code=2).stderr
    assert "There is no file" in files("put", "nothing", code=2).stderr
    assert "has no name" in files("put", "-", code=2).stderr
