"""Internal storage behind a URL behaves as the local one: S3 (moto's server, a faithful double), SFTP (OpenSSH)."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.engine.storage.sftp_server import SSHD, running_sftp
from tiercel_engine.storage import InternalStorage, NamespaceFiles, StorageError, open_storage
from tiercel_schemas.model.project import ProjectError, read_project
from tiercel_schemas.model.project_storage import StorageSettings


@pytest.fixture(scope="module")
def s3_server():
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def sftp_server(tmp_path_factory):
    if SSHD is None:
        assert not os.environ.get("CI"), "tools/test.sh installs an OpenSSH server"
        pytest.skip("no OpenSSH server is installed")
    with running_sftp(tmp_path_factory.mktemp("sftp")) as server:
        yield server


@pytest.fixture
def s3(s3_server, tmp_path):
    import boto3

    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "us-east-1"}
    client = boto3.client("s3", endpoint_url=s3_server, **keys)
    bucket = tmp_path.name.replace("_", "-").lower()
    client.create_bucket(Bucket=bucket)
    settings = StorageSettings(
        url=f"s3://{bucket}/kestra",
        options={"key": "$S3_KEY", "secret": "${S3_SECRET}", "client_kwargs": {"endpoint_url": s3_server}},
    )
    return open_storage(settings, tmp_path / "state", {"S3_KEY": "testing", "S3_SECRET": "testing"})


@pytest.fixture
def sftp(sftp_server, tmp_path):
    settings = StorageSettings(
        url=f"sftp://{sftp_server.user}@127.0.0.1:{sftp_server.port}{tmp_path / 'far' / 'kestra'}",
        options={"key_filename": str(sftp_server.key), "known_hosts": str(sftp_server.known_hosts)},
    )
    return open_storage(settings, tmp_path / "state", {})


@pytest.fixture(params=["local", "s3", "sftp"])
def storage(request, tmp_path):
    if request.param == "local":
        return InternalStorage(tmp_path / "storage")
    return request.getfixturevalue(request.param)


def test_put_read_delete(storage, tmp_path):
    uri = storage.put("a/b c.txt", b"hi")
    assert uri == "kestra:///a/b%20c.txt"
    assert (storage.read_bytes(uri), storage.size(uri), storage.exists(uri)) == (b"hi", 2, True)
    assert storage.path(uri).read_bytes() == b"hi"
    with storage.open(uri) as source:
        assert source.read() == b"hi"
    source = tmp_path / "source"
    source.write_bytes(b"ho")
    storage.put("a/b c.txt", source)
    assert storage.read_bytes(uri) == b"ho"
    assert storage.delete(uri) is True
    assert storage.delete(uri) is False
    assert storage.exists(uri) is False
    assert not storage.path(uri).is_file()
    for ask in (storage.read_bytes, storage.open, storage.size):
        with pytest.raises(FileNotFoundError, match=r"kestra:///a/b%20c\.txt"):
            ask(uri)


@pytest.mark.parametrize("name", ["ünï ☃.txt", "100%.txt", "a#b?.txt", "%2e%2e", "a+b&c.txt"])
def test_names_survive(storage, name):
    uri = storage.put(f"d/{name}", b"x")
    assert storage.read_bytes(uri) == b"x"
    assert storage.list("d") == [name]


def test_lists_and_removes_folders(storage):
    assert storage.list("e") == []
    assert storage.delete_folder("e") == []
    for path in ("e/tasks/w/1.txt", "e/tasks/w/2.txt", "e/in.txt", "ex/kept.txt"):
        storage.put(path, b"")
    assert storage.list("e") == ["in.txt", "tasks/w/1.txt", "tasks/w/2.txt"]
    gone = storage.delete_folder("e")
    assert gone == [
        "kestra:///e/tasks/w/1.txt",
        "kestra:///e/tasks/w/2.txt",
        "kestra:///e/tasks/w",
        "kestra:///e/tasks",
        "kestra:///e/in.txt",
        "kestra:///e",
    ]
    assert storage.list("e") == []
    assert storage.list("") == ["ex/kept.txt"]


@pytest.mark.parametrize(
    "uri",
    ["kestra:///../x", "kestra:///a/%2e%2e/%2E%2e/x", "kestra:///a%2f..%2f..%2fx", "kestra:///%5c..%5cx", "file:///x",
     "kestra://host/x", "kestra:////etc/../../x", "kestra:///a\x00b"],
)  # fmt: skip
def test_ways_out_are_refused(storage, uri):
    for ask in (storage.read_bytes, storage.path, storage.exists, storage.delete):
        with pytest.raises(StorageError):
            ask(uri)


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/etc/x", "C:/x", "a\\..\\x"])
def test_nothing_is_put_outside(storage, path):
    with pytest.raises(StorageError):
        storage.put(path, b"x")
    with pytest.raises(StorageError):
        storage.delete_folder(path)
    with pytest.raises(StorageError):
        storage.list(path)


def test_versions_of_namespace_files(storage):
    files = NamespaceFiles(storage)
    for content in (b"one", b"two", b"three"):
        files.write("my.ns", "conf/a.txt", content)
    assert files.read("my.ns", "conf/a.txt") == b"three"
    assert [files.read("my.ns", "conf/a.txt", number) for number in (1, 2, 3)] == [b"one", b"two", b"three"]
    assert files.list("my.ns") == ["conf/a.txt"]
    assert files.delete("my.ns", "conf/a.txt") is True
    assert files.list("my.ns") == []
    assert files.read("my.ns", "conf/a.txt", 3) == b"three"
    with pytest.raises(FileNotFoundError):
        files.read("my.ns", "conf/a.txt")
    with pytest.raises(FileNotFoundError):
        files.read("my.ns", "conf/a.txt", 4)
    files.write("my.ns", "conf/a.txt", b"four")
    assert files.versions("my.ns", "conf/a.txt").current == 4


def test_an_unknown_host_is_not_trusted(sftp_server, tmp_path):
    (tmp_path / "empty").write_text("")
    settings = StorageSettings(
        url=f"sftp://{sftp_server.user}@127.0.0.1:{sftp_server.port}/tmp/x",
        options={"key_filename": str(sftp_server.key), "known_hosts": str(tmp_path / "empty")},
    )
    with pytest.raises(StorageError, match="not found in known_hosts"):
        open_storage(settings, tmp_path, {})


def test_a_store_that_is_away_is_told(tmp_path):
    options = {"key": "x", "secret": "hidden-one", "client_kwargs": {"endpoint_url": "http://127.0.0.1:9"},
               "config_kwargs": {"retries": {"max_attempts": 0}, "connect_timeout": 2}}  # fmt: skip
    storage = open_storage(StorageSettings(url="s3://bucket", options=options), tmp_path, {})
    with pytest.raises(StorageError) as caught:
        storage.put("a", b"")
    assert "hidden-one" not in str(caught.value)


def test_a_variable_that_is_not_set_is_named(tmp_path):
    with pytest.raises(StorageError, match="NOT_THERE"):
        open_storage(StorageSettings(url="s3://bucket", options={"key": "$NOT_THERE"}), tmp_path, {})


@pytest.mark.parametrize("url", ["ftp://x/y", "s3://", "/local", "sftp://user:password@host/x"])
def test_other_places_are_refused(url):
    with pytest.raises(ProjectError, match=r"storage\.url"):
        read_project({"storage": {"url": url}})


def test_many_threads_may_use_it(storage):
    def work(number):
        uri = storage.put(f"t/{number}.txt", str(number).encode() * 1000)
        return storage.read_bytes(uri), storage.exists(uri), len(storage.list("t")) > 0

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(work, range(40)))
    assert done == [(str(number).encode() * 1000, True, True) for number in range(40)]
    assert len(storage.list("t")) == 40


def test_old_copies_are_forgotten(tmp_path):
    cache = tmp_path / "storage-cache"
    for name, age in (("old", 8), ("new", 1)):
        (cache / name).mkdir(parents=True)
        (cache / name / "x").write_text("")
        moment = time.time() - age * 24 * 3600
        os.utime(cache / name, (moment, moment))
    open_storage(StorageSettings(url="s3://bucket", options={"key": "x", "secret": "y"}), tmp_path, {})
    assert [folder.name for folder in cache.iterdir()] == ["new"]
