"""Objects of Google Cloud Storage, held against a double of its API."""

import pytest

from tests.engine.tasks.plugins.gcs_double import gcs_double
from tests.engine.tasks.plugins.test_files import put, read

pytestmark = pytest.mark.anyio
GCS = "io.kestra.plugin.gcp.gcs."


@pytest.fixture
def objects(monkeypatch):
    with gcs_double() as (url, kept):
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", url)
        yield kept


async def test_objects_there_and_back(bench, objects):
    uri = put(bench, "a.csv", b"a,b\n")
    up, _ = await bench.run(
        type=GCS + "Upload", **{"from": uri}, to="gs://b/in/{{ flow.id }}.csv", contentType="text/csv"
    )
    assert (up["uri"], bool(up["md5"])) == ("gs://b/in/f.csv", True)
    assert objects == {("b", "in/f.csv"): (b"a,b\n", "text/csv")}
    down, _ = await bench.run(type=GCS + "Download", **{"from": "gs://b/in/f.csv"})
    assert (read(bench, down["uri"]), down["bucket"], down["path"]) == (b"a,b\n", "b", "in/f.csv")
    copied, _ = await bench.run(type=GCS + "Copy", **{"from": "gs://b/in/f.csv"}, to="gs://c/out.csv", delete=True)
    assert (copied, list(objects)) == ({"uri": "gs://c/out.csv"}, [("c", "out.csv")])
    gone, _ = await bench.run(type=GCS + "Delete", uri="gs://c/out.csv")
    assert (gone, objects) == ({"uri": "gs://c/out.csv", "deleted": True}, {})
    missing, _ = await bench.run(type=GCS + "Delete", uri="gs://c/out.csv")
    assert missing["deleted"] is False


async def test_listings(bench, objects):
    for name in ("in/a.csv", "in/b.txt", "in/deep/c.csv", "other/d.csv"):
        objects["b", name] = (b"xy", "text/plain")
    flat, _ = await bench.run(type=GCS + "List", **{"from": "gs://b/in/"}, filter="FILES")
    assert [blob["name"] for blob in flat["blobs"]] == ["in/a.csv", "in/b.txt"]
    deep, _ = await bench.run(type=GCS + "List", **{"from": "gs://b/in/"}, listingType="RECURSIVE", regExp=r".*\.csv")
    assert [blob["name"] for blob in deep["blobs"]] == ["in/a.csv", "in/deep/c.csv"]
    assert deep["blobs"][0]["size"] == 2
    few, caught = await bench.run(type=GCS + "List", **{"from": "gs://b/in/"}, listingType="RECURSIVE", maxFiles=1)
    assert (len(few["blobs"]), len(caught.shown("WARN"))) == (1, 1)
    gone, _ = await bench.run(type=GCS + "DeleteList", **{"from": "gs://b/in/"}, listingType="RECURSIVE")
    assert (gone, list(objects)) == ({"count": 3, "size": 6}, [("b", "other/d.csv")])
    assert (await bench.failure(type=GCS + "DeleteList", **{"from": "gs://b/in/"}, errorOnEmpty=True)).message


async def test_what_is_refused(bench, objects):
    assert "Unable to find blob" in (await bench.failure(type=GCS + "Download", **{"from": "gs://b/none"})).message
    assert "gs://" in (await bench.failure(type=GCS + "Download", **{"from": "s3://b/x"})).message
    assert (await bench.failure(type=GCS + "Delete", uri="gs://b/none", errorOnMissing=True)).message
    key = await bench.failure(type=GCS + "Download", **{"from": "gs://b/x"}, serviceAccount="s3cr3t")
    assert "s3cr3t" not in key.message
