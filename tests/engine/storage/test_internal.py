"""Internal storage and namespace files: what goes in comes out, and nothing gets outside."""

import os
import re
from pathlib import Path

import pytest

from tiercel_engine.storage import InternalStorage, NamespaceFiles, Reader, StorageAccess, StorageError
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


def test_what_has_no_end_is_not_stored(storage, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for source in (tmp_path, tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(StorageError, match="no regular file"):
            storage.put("a/b", source)
    with pytest.raises(FileNotFoundError):
        storage.put("a/b", tmp_path / "nothing")
    assert storage.list("") == []


def test_links_within_storage_lead_nowhere_else(storage, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x").write_text("kept")
    storage.put("a/own", b"")
    (storage.root / "a" / "out").symlink_to(outside)
    with pytest.raises(StorageError):
        storage.put("a/out/x", b"changed")
    with pytest.raises(StorageError):
        storage.delete("kestra:///a/out/x")
    with pytest.raises(StorageError):
        storage.list("a/out")
    storage.delete_folder("a")
    assert (outside / "x").read_text() == "kept"


@pytest.mark.parametrize(
    "uri", ["kestra:///a/_kv/k.json", "kestra:///a/_file_versions/x/1", "kestra:///a/f/t/cache/h/cache.json"]
)
def test_what_the_engine_keeps_is_nobody_s_to_read(uri):
    with pytest.raises(StorageError, match="no flow may read it"):
        StorageAccess().check_uri(uri, Reader("a", frozenset({"x"})))


@pytest.mark.parametrize(
    ("uri", "namespace", "family", "may"),
    [
        ("kestra:///a/b/f/executions/one/tasks/t/r/x", "other", (), False),
        ("kestra:///a/b/f/executions/one/tasks/t/r/x", "other", ("one",), True),
        ("kestra:///a/b/f/executions/one/tasks/t/r/executions/mine/x", "other", ("mine",), False),
        ("kestra:///a/b/f/executions/one/x", "friend", (), True),
        ("kestra:///a/b/f/executions/one/x", "friend.below", (), True),
        ("kestra:///a/b/f/executions/one/x", "friendly", (), False),
        ("kestra:///a/b/f/executions/one/x", "a.b.c", (), True),
        ("kestra:///a/b/_files/x", "a", (), False),
        ("kestra:///a/b/c/_files/x", "other", (), False),
        ("kestra:///a/b2/f/executions/one/x", "other", (), True),
        ("kestra:///open/f/executions/one/x", "other", (), True),
    ],
)
def test_a_namespace_lets_in_whom_it_names(uri, namespace, family, may):
    access = StorageAccess({"a.b": frozenset({"friend"})})
    if may:
        access.check_uri(uri, Reader(namespace, frozenset(family)))
    else:
        with pytest.raises(StorageError):
            access.check_uri(uri, Reader(namespace, frozenset(family)))


def test_deleting_a_folder_names_what_went_contents_first(storage):
    storage.put("e/tasks/w/run/1.txt", b"")
    assert storage.delete_folder("e") == [
        "kestra:///e/tasks/w/run/1.txt",
        "kestra:///e/tasks/w/run",
        "kestra:///e/tasks/w",
        "kestra:///e/tasks",
        "kestra:///e",
    ]


def test_a_file_of_the_project_is_the_first_version(storage, tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.txt").write_text("project")
    files = NamespaceFiles(storage, {"my.ns": folder})
    assert files.versions("my.ns", "a.txt").current == 1
    files.write("my.ns", "a.txt", b"stored")
    assert files.read("my.ns", "a.txt", 1) == b"project"
    assert files.read("my.ns", "a.txt", 2) == b"stored"


def test_a_file_may_take_the_name_of_a_folder(storage):
    files = NamespaceFiles(storage)
    files.write("my.ns", "x/1", b"one")
    files.write("my.ns", "x/1", b"two")
    files.delete("my.ns", "x/1")
    (storage.root / "my/ns/_files/x").rmdir()
    files.write("my.ns", "x", b"file")
    files.write("my.ns", "x", b"again")
    assert (files.read("my.ns", "x", 1), files.read("my.ns", "x/1", 1)) == (b"file", b"one")


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
