"""Compressed files and archives, files of this machine, and objects of an S3 server."""

import io
import tarfile
import zipfile

import pytest

from tests.engine.tasks.plugins.counterparts import free_port
from tiercel_engine.tasks.plugins.compress import streams

pytestmark = pytest.mark.anyio
P = "io.kestra.plugin."
COMPRESS = P + "compress."
LOCAL = P + "fs.local."
S3 = P + "aws.s3."


def put(bench, name, content):
    return bench.services.storage.put(f"my/ns/{name}", content)


def read(bench, uri):
    return bench.services.storage.read_bytes(uri)


@pytest.mark.parametrize("name", ["GZIP", "BZIP2", "XZ", "LZMA", "DEFLATE"])
async def test_compressions_there_and_back(bench, name):
    content = b"abc" * 100_000
    packed, _ = await bench.run(type=COMPRESS + "FileCompress", compression=name, **{"from": put(bench, "a", content)})
    assert len(read(bench, packed["uri"])) < 10_000
    back, _ = await bench.run(type=COMPRESS + "FileDecompress", compression=name, **{"from": packed["uri"]})
    assert read(bench, back["uri"]) == content
    rubbish = put(bench, "r", b"no such stream")
    failure = await bench.failure(type=COMPRESS + "FileDecompress", compression=name, **{"from": rubbish})
    assert failure.message.startswith(f"The file is no {name} stream")


async def test_a_compression_that_is_not_known(bench):
    failure = await bench.failure(type=COMPRESS + "FileCompress", compression="ZSTD", **{"from": put(bench, "a", b"")})
    assert failure.message.startswith("Compression ZSTD is not read or written on this machine")


@pytest.mark.parametrize(
    ("algorithm", "compression"), [("ZIP", None), ("JAR", None), ("TAR", None), ("TAR", "GZIP"), ("ZIP", "XZ")]
)
async def test_archives_there_and_back(bench, algorithm, compression):
    how = {"algorithm": algorithm, **({"compression": compression} if compression else {})}
    files = {"a b.txt": put(bench, "a", b"1"), "d/c.txt": put(bench, "c", b"22")}
    packed, _ = await bench.run(type=COMPRESS + "ArchiveCompress", **how, **{"from": files})
    back, caught = await bench.run(type=COMPRESS + "ArchiveDecompress", **how, **{"from": packed["uri"]})
    assert {name: read(bench, uri) for name, uri in back["files"].items()} == {"a b.txt": b"1", "d/c.txt": b"22"}
    assert [metric[1:3] for metric in caught.metrics] == [("size", 3.0), ("count", 2.0)]


def tarred(name, content=b"x", kind=tarfile.REGTYPE):
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as packed:
        entry = tarfile.TarInfo(name)
        entry.type, entry.size, entry.linkname = kind, len(content) if kind == tarfile.REGTYPE else 0, "/etc/passwd"
        packed.addfile(entry, io.BytesIO(content))
    return sink.getvalue()


@pytest.mark.parametrize("name", ["../out.txt", "/etc/out.txt", "a/../../out.txt"])
async def test_names_that_lead_outside(bench, name):
    uri = put(bench, "t", tarred(name))
    failure = await bench.failure(type=COMPRESS + "ArchiveDecompress", algorithm="TAR", **{"from": uri})
    assert failure.message == f"Path traversal attempt detected in archive entry: {name}"
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as zipped:
        zipped.writestr(name.replace("/", "\\") if name.startswith("..") else name, b"x")
    uri = put(bench, "z", sink.getvalue())
    assert (await bench.failure(type=COMPRESS + "ArchiveDecompress", algorithm="ZIP", **{"from": uri})).message


async def test_links_are_left_out(bench):
    uri = put(bench, "t", tarred("link", kind=tarfile.SYMTYPE))
    outputs, _ = await bench.run(type=COMPRESS + "ArchiveDecompress", algorithm="TAR", **{"from": uri})
    assert outputs == {"files": {}}


async def test_bombs_are_left(bench, monkeypatch):
    monkeypatch.setattr(streams, "SMALLEST_BOUND", 100_000)
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("bomb", b"\0" * 5_000_000)
    uri = put(bench, "z", sink.getvalue())
    failure = await bench.failure(type=COMPRESS + "ArchiveDecompress", algorithm="ZIP", **{"from": uri})
    assert "unpacks to more than" in failure.message
    packed, _ = await bench.run(
        type=COMPRESS + "FileCompress", compression="GZIP", **{"from": put(bench, "b", b"\0" * 5_000_000)}
    )
    failure = await bench.failure(type=COMPRESS + "FileDecompress", compression="GZIP", **{"from": packed["uri"]})
    assert "unpacks to more than" in failure.message


@pytest.mark.parametrize("algorithm", ["ZIP", "TAR"])
async def test_rubbish_is_no_archive(bench, algorithm):
    uri = put(bench, "r", b"rubbish" * 200)
    failure = await bench.failure(type=COMPRESS + "ArchiveDecompress", algorithm=algorithm, **{"from": uri})
    assert f"no {algorithm} archive" in failure.message
    assert "AR" in (await bench.failure(type=COMPRESS + "ArchiveDecompress", algorithm="AR", **{"from": uri})).message


async def test_files_of_this_machine(bench, tmp_path):
    folder = tmp_path / "data"
    (folder / "sub").mkdir(parents=True)
    for name in ("b.csv", "a.csv", "c.txt", "sub/d.csv"):
        (folder / name).write_text(name)
    where = {"from": str(folder)}
    listed, _ = await bench.run(type=LOCAL + "List", **where, regExp=r".*\.csv", sort="NAME_DESC")
    assert [file["name"] for file in listed["files"]] == ["b.csv", "a.csv"]
    deep, caught = await bench.run(type=LOCAL + "List", **where, recursive=True, maxFiles=3)
    assert deep["count"] == 3
    assert caught.shown("WARN") == ["Too many files to process (4), limiting to 3"]
    got, _ = await bench.run(type=LOCAL + "Download", **{"from": f"{folder}/a.csv"})
    assert (read(bench, got["uri"]), got["size"]) == (b"a.csv", 5)
    wrong = await bench.failure(
        type=LOCAL + "Download", **{"from": f"{folder}/a.csv"}, validateChecksum=True, checksumExpected="0"
    )
    assert wrong.message.startswith("Checksum mismatch")
    up, _ = await bench.run(type=LOCAL + "Upload", **{"from": got["uri"]}, to=f"{folder}/new/x.csv")
    assert ((folder / "new" / "x.csv").read_text(), up["size"]) == ("a.csv", 5)
    again = {"type": LOCAL + "Upload", "from": got["uri"], "to": f"{folder}/new/x.csv", "overwrite": False}
    assert (await bench.failure(**again)).message.startswith("Target file already exists")
    await bench.run(type=LOCAL + "Uploads", **{"from": {"u.csv": got["uri"]}}, to=str(folder))
    assert (folder / "u.csv").read_text() == "a.csv"
    outside = await bench.failure(type=LOCAL + "Uploads", **{"from": {"../u.csv": got["uri"]}}, to=str(folder))
    assert "leaves the folder" in outside.message
    await bench.run(type=LOCAL + "Copy", **{"from": f"{folder}/sub"}, to=f"{folder}/copy")
    assert (folder / "copy" / "d.csv").read_text() == "sub/d.csv"
    await bench.run(type=LOCAL + "Move", **{"from": f"{folder}/copy"}, to=f"{folder}/moved")
    assert (folder / "moved" / "d.csv").is_file()
    assert not (folder / "copy").exists()
    refused = await bench.failure(type=LOCAL + "Move", **{"from": f"{folder}/a.csv"}, to=f"{folder}/b.csv")
    assert refused.message.startswith("Target file already exists")
    all_of, _ = await bench.run(
        type=LOCAL + "Downloads", **where, regExp=".*[ab].csv", action="MOVE", moveDirectory=f"{folder}/done"
    )
    assert sorted(file.name for file in (folder / "done").iterdir()) == ["a.csv", "b.csv"]
    assert sorted(read(bench, uri) for uri in all_of["outputFiles"].values()) == [b"a.csv", b"b.csv"]
    gone, _ = await bench.run(type=LOCAL + "Delete", **where, regExp=".*txt")
    assert (gone["deleted"], len(gone["uris"])) == (True, 1)
    missing, _ = await bench.run(type=LOCAL + "Delete", **{"from": f"{folder}/nothing"})
    assert missing["deleted"] is False
    assert (await bench.failure(type=LOCAL + "Delete", **{"from": f"{folder}/nothing"}, errorOnMissing=True)).message
    full = await bench.failure(type=LOCAL + "Delete", **{"from": f"{folder}/done"})
    assert "not empty" in full.message
    whole, _ = await bench.run(type=LOCAL + "Delete", **where, recursive=True)
    assert (whole["deleted"], folder.exists()) == (True, False)


@pytest.fixture(scope="module")
def s3():
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port(), verbose=False)
    server.start()
    yield {
        "endpointOverride": f"http://127.0.0.1:{server._port}", "accessKeyId": "k", "secretKeyId": "s",
        "region": "eu-west-3",
    }  # fmt: skip
    server.stop()


async def test_objects_of_s3(bench, s3):
    here = {**s3, "bucket": "bucket"}
    made, _ = await bench.run(type=S3 + "CreateBucket", **here)
    assert made == {"bucket": "bucket", "region": "eu-west-3"}
    uri = put(bench, "a.csv", b"a,b\n")
    up, _ = await bench.run(
        type=S3 + "Upload",
        **here,
        **{"from": uri},
        key="in/a.csv",
        contentType="text/csv",
        metadata={"by": "{{ flow.id }}"},
    )
    assert (up["bucket"], up["key"], bool(up["eTag"])) == ("bucket", "in/a.csv", True)
    several, _ = await bench.run(type=S3 + "Upload", **here, **{"from": {"b.txt": uri, "c.txt": uri}}, key="in")
    assert list(several["files"]) == ["b.txt", "c.txt"]
    down, _ = await bench.run(type=S3 + "Download", **here, key="in/a.csv")
    assert (read(bench, down["uri"]), down["contentLength"], down["contentType"]) == (b"a,b\n", 4, "text/csv")
    assert down["metadata"] == {"by": "f"}
    listed, _ = await bench.run(type=S3 + "List", **here, prefix="in/", regexp=r".*\.txt")
    assert [each["key"] for each in listed["objects"]] == ["in/b.txt", "in/c.txt"]
    all_of, _ = await bench.run(type=S3 + "Download", **here, prefix="in/")
    assert sorted(all_of["files"]) == ["in/a.csv", "in/b.txt", "in/c.txt"]
    copied, _ = await bench.run(
        type=S3 + "Copy",
        **s3,
        **{"from": {"bucket": "bucket", "key": "in/a.csv"}},
        to={"key": "out/a.csv"},
        delete=True,
    )
    assert copied["key"] == "out/a.csv"
    assert "NoSuchKey" in (await bench.failure(type=S3 + "Download", **here, key="in/a.csv")).message
    await bench.run(type=S3 + "Delete", **here, key="out/a.csv")
    gone, _ = await bench.run(type=S3 + "DeleteList", **here, prefix="in/")
    assert gone == {"count": 2, "size": 8}
    empty = await bench.failure(type=S3 + "DeleteList", **here, errorOnEmpty=True)
    assert empty.message == "No objects to delete"
    assert "NoSuchBucket" in (await bench.failure(type=S3 + "List", **s3, bucket="missing")).message
    nobody = {**s3, "endpointOverride": "http://127.0.0.1:1"}
    assert (await bench.failure(type=S3 + "Delete", **nobody, bucket="b", key="k")).message
