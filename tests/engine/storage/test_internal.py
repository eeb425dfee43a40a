"""Internal storage and namespace files: what goes in comes out, and nothing gets outside."""

import re

import pytest

from tiercel_engine.storage import InternalStorage, NamespaceFiles, StorageError
from tiercel_engine.storage.globs import matches_any
from tiercel_engine.storage.layout import path_of, slug, task_run_path, uri_of


@pytest.fixture
def storage(tmp_path):
    return InternalStorage(tmp_path / "storage")


def test_the_layout_is_kestras():
    path = task_run_path("company.team", "My_Flow  2", "exec", "a_b", "run")
    assert path == "company/team/my-flow-2/executions/exec/tasks/a-b/run"
    assert slug("Ärger_im  Büro!") == "arger-im-buro"


def test_put_read_delete(storage, tmp_path):
    uri = storage.put("a/b.txt", b"hi")
    assert uri == "kestra:///a/b.txt"
    assert storage.read_bytes(uri) == b"hi"
    assert storage.size(uri) == 2
    source = tmp_path / "source"
    source.write_bytes(b"more")
    storage.put("a/b.txt", source)
    assert storage.read_bytes(uri) == b"more"
    assert storage.delete(uri) is True
    assert storage.delete(uri) is False
    with pytest.raises(FileNotFoundError, match=re.escape("kestra:///a/b.txt")):
        storage.read_bytes(uri)


@pytest.mark.parametrize("name", ["with space.txt", "ünï ☃.txt", "100%.txt", "a#b?.txt"])
def test_names_survive_their_uris(storage, name):
    uri = storage.put(name, b"x")
    assert path_of(uri) == name
    assert uri_of(path_of(uri)) == uri
    assert storage.list("") == [name]


@pytest.mark.parametrize(
    "uri", ["kestra:///../x", "kestra:///a/%2e%2e/%2e%2e/x", "file:///etc/hosts", "kestra://host/x"]
)
def test_ways_out_are_refused(storage, uri):
    with pytest.raises(StorageError):
        storage.read_bytes(uri)


def test_a_link_out_of_storage_is_refused(storage, tmp_path):
    (tmp_path / "outside").write_text("secret")
    storage.root.mkdir()
    (storage.root / "link").symlink_to(tmp_path / "outside")
    with pytest.raises(StorageError):
        storage.read_bytes("kestra:///link")


def test_deleting_a_folder_names_what_went_contents_first(storage):
    storage.put("e/tasks/w/run/1.txt", b"")
    assert storage.delete_folder("e") == [
        "kestra:///e/tasks/w/run/1.txt",
        "kestra:///e/tasks/w/run",
        "kestra:///e/tasks/w",
        "kestra:///e/tasks",
        "kestra:///e",
    ]


def test_namespace_files_lie_above_those_of_the_project(storage, tmp_path):
    folder = tmp_path / "files"
    (folder / "conf").mkdir(parents=True)
    (folder / "conf" / "a.txt").write_text("project")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("hidden")
    files = NamespaceFiles(storage, {"my.ns": folder})
    assert files.list("my.ns") == ["conf/a.txt"]
    assert files.read("my.ns", "/conf/a.txt") == b"project"
    assert files.delete("my.ns", "conf/a.txt") is False
    files.write("my.ns", "conf/a.txt", b"stored")
    assert files.read("my.ns", "conf/a.txt") == b"stored"
    assert files.list("my.ns", include=["*.txt"]) == []
    assert files.list("my.ns", include=["**.txt"], exclude=["conf/*"]) == []
    with pytest.raises(FileNotFoundError, match=r"File '/no.txt' was not found in namespace 'other'\."):
        files.read("other", "no.txt")
    with pytest.raises(StorageError):
        files.read("my.ns", "../files2")


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("*.txt", "a.txt", True),
        ("*.txt", "d/a.txt", False),
        ("**.txt", "d/a.txt", True),
        ("**/a.txt", "d/e/a.txt", True),
        ("/d/*", "d/a", True),
        ("[ab].txt", "b.txt", True),
        ("[!ab].txt", "b.txt", False),
        ("x.{csv,json}", "x.json", True),
        ("a(b).txt", "a(b).txt", True),
        ("?.txt", "ab.txt", False),
    ],
)
def test_globs(glob, path, matches):
    assert matches_any(path, [glob]) is matches
