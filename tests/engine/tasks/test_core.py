"""Core tasks, a case each, and the ones that need files, keys or a server."""

from pathlib import Path

import pytest
import yaml

from tests.conformance.run_support.http_server import serving
from tests.engine.tasks.bench import Bench
from tiercel_engine.storage.ion_rows import read_rows
from tiercel_engine.tasks.api import TaskFailure
from tiercel_schemas.versions import KestraVersion

pytestmark = pytest.mark.anyio
CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text("utf-8"))
CORE = "io.kestra.plugin.core."


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
async def test_case(bench, case):
    task = {**case["task"], "type": CORE + case["task"]["type"]}
    caught = None
    try:
        outputs, caught = await bench.run(**task)
    except TaskFailure as failure:
        outputs, caught = None, bench.last
        told = failure.message
        if told.startswith(" errors:"):
            told = told.removeprefix(" errors:\n```\n").removesuffix("\n```")
        assert told == case.get("failure"), told
    else:
        assert "failure" not in case
        assert outputs == case.get("outputs", {})
    assert [[level, message] for level, message in caught.logs if level != "DEBUG"] == case.get("logs", [])
    if "metrics" in case:
        assert [list(metric) for metric in caught.metrics] == case["metrics"]


async def written(bench, content, extension=".txt"):
    outputs, _ = await bench.run(type=CORE + "storage.Write", content=content, extension=extension)
    return outputs["uri"]


def content(bench, uri):
    return bench.services.storage.read_bytes(uri).decode()


@pytest.mark.parametrize(
    ("how", "parts"),
    [
        ({"rows": 2}, ["a1\nb2\n", "c3\nd4\n"]),
        ({"rows": 3}, ["a1\nb2\nc3\n", "d4\n"]),
        ({"partitions": 3}, ["a1\nd4\n", "b2\n", "c3\n"]),
        ({"partitions": 9}, ["a1\n", "b2\n", "c3\n", "d4\n"]),
        ({"bytes": 6}, ["a1\nb2\n", "c3\nd4\n"]),
        ({"bytes": "1KB"}, ["a1\nb2\nc3\nd4\n"]),
        ({"regexPattern": "([ac])"}, ["a1\n", "c3\n"]),
    ],
)
async def test_split(bench, how, parts):
    uri = await written(bench, "a1\nb2\nc3\nd4\n")
    outputs, _ = await bench.run(type=CORE + "storage.Split", **{"from": uri}, **how)
    assert [content(bench, part) for part in outputs["uris"]] == parts


async def test_concat_reverse_and_delete(bench):
    first, second = await written(bench, "1\n2\n"), await written(bench, "3")
    joined, _ = await bench.run(type=CORE + "storage.Concat", files=[first, second], separator="--\n")
    assert content(bench, joined["uri"]) == "1\n2\n--\n3--\n"
    assert joined["uri"].endswith(".tmp")
    listed, _ = await bench.run(type=CORE + "storage.Concat", files=f'["{first}", "{second}"]')
    assert content(bench, listed["uri"]) == "1\n2\n3"
    turned, _ = await bench.run(type=CORE + "storage.Reverse", **{"from": first})
    assert content(bench, turned["uri"]) == "2\n1\n"
    deleted, _ = await bench.run(type=CORE + "storage.Delete", uri=first)
    assert deleted == {"uri": first, "deleted": True}
    failure = await bench.failure(type=CORE + "storage.Delete", uri=first, errorOnMissing=True)
    assert failure.message == f"Unable to find file '{first}'"


@pytest.mark.parametrize("version", list(KestraVersion))
async def test_rows_are_filtered_and_made_distinct(tmp_path, version):
    bench = Bench(tmp_path, version)
    uri = await written(bench, '{id: 1, n: "a"}\n{"id": 2, "n": "b"}\n{id: 1, n: "c"}\n', ".ion")
    kept, _ = await bench.run(type=CORE + "storage.FilterItems", **{"from": uri}, filterCondition="{{ id == 1 }}")
    assert (kept["processedItemsTotal"], kept["droppedItemsTotal"]) == (3, 1)
    path = bench.services.storage.path(kept["uri"])
    assert list(read_rows(path)) == [{"id": 1, "n": "a"}, {"id": 1, "n": "c"}]
    assert path.read_bytes().startswith(b"\xe0\x01\x00\xea") is (version is KestraVersion.V2_0)
    last, _ = await bench.run(type=CORE + "storage.DeduplicateItems", **{"from": uri}, expr="{{ id }}")
    assert list(read_rows(bench.services.storage.path(last["uri"]))) == [{"id": 2, "n": "b"}, {"id": 1, "n": "c"}]
    assert last["numKeys"] == 2


async def test_keys_through_their_life(bench):
    put = {"type": CORE + "kv.Put", "key": "k"}
    await bench.run(type=CORE + "kv.Set", key="k", value="{{ {'a': {'b': 1}} }}")
    await bench.run(**put, value="{{ {'a': {'c': 2}} }}")
    got, _ = await bench.run(type=CORE + "kv.Get", key="k")
    assert got == {"value": {"a": {"b": 1, "c": 2}}}
    keys, _ = await bench.run(type=CORE + "kv.GetKeys", prefix="k")
    assert keys == {"keys": ["k"]}
    failure = await bench.failure(type=CORE + "kv.Set", key="k", value="x", overwrite=False)
    assert "already exists" in failure.message


async def test_namespace_files(bench):
    uri = await written(bench, "body")
    await bench.run(
        type=CORE + "namespace.UploadFiles", namespace="my.ns", filesMap={"up/x.txt": uri, "y.txt": "inline"}
    )
    got, _ = await bench.run(type=CORE + "namespace.DownloadFiles", namespace="my.ns", files="**.txt")
    assert {path: content(bench, file) for path, file in got["files"].items()} == {
        "/up/x.txt": "body",
        "/y.txt": "inline",
    }
    failure = await bench.failure(
        type=CORE + "namespace.UploadFiles", namespace="my.ns", filesMap={"y.txt": "2"}, conflict="ERROR"
    )
    assert "already exists" in failure.message
    await bench.run(type=CORE + "namespace.DeleteFiles", namespace="my.ns", files=["y.txt"])
    assert bench.services.files.list("my.ns") == ["up/x.txt"]


async def test_requests(bench):
    request = CORE + "http.Request"
    with serving() as http:
        got, _ = await bench.run(type=request, uri=f"{http}/json")
        assert (got["code"], got["body"]) == (200, '{"name":"oracle","n":3,"list":[1,2]}')
        assert got["headers"]["content-type"] == ["application/json"]
        busy, _ = await bench.run(type=request, uri=f"{http}/busy/once/1")
        assert busy["body"] == '{"hit":2}'
        failure = await bench.failure(type=request, uri=f"{http}/status/404")
        assert failure.message.startswith("Failed http request with response code '404' and body:")
        allowed, _ = await bench.run(type=request, uri=f"{http}/status/404", options={"allowedResponseCodes": [404]})
        assert allowed["code"] == 404
        slow = await bench.failure(
            type=request, uri=f"{http}/slow/3000", options={"timeout": {"readIdleTimeout": "PT0.1S"}}
        )
        assert slow.message == "Read timed out"
    refused = await bench.failure(type=request, uri=f"{http}/json")
    assert refused.message == f"Connect to {http} failed: Connection refused"


async def test_authentication_and_form(bench):
    with serving() as http:
        basic = {"type": "BASIC", "username": "u", "password": "p"}
        got, _ = await bench.run(
            type=CORE + "http.Request",
            uri=f"{http}/echo",
            method="POST",
            formData={"a": "x y"},
            options={"auth": basic},
        )
    assert '"body":"a=x+y"' in got["body"]
    assert '"authorization":"Basic dTpw"' in got["body"]


async def test_downloads(bench):
    download = CORE + "http.Download"
    with serving() as http:
        got, _ = await bench.run(type=download, uri=f"{http}/csv")
        assert got["uri"].endswith("/data.csv")
        assert (content(bench, got["uri"]), got["length"]) == ("a,b\n1,2\n", 8)
        failure = await bench.failure(type=download, uri=f"{http}/empty")
        assert failure.message == "No response from server"


async def test_state_of_1_3(tmp_path):
    bench = Bench(tmp_path, KestraVersion.V1_3)
    state = CORE + "state."
    none, _ = await bench.run(type=state + "Get")
    assert none == {"count": 0, "data": {}}
    await bench.run(type=state + "Set", data={"a": 1, "b": "{{ flow.id }}"})
    joined, _ = await bench.run(type=state + "Set", data={"a": 2})
    assert joined["count"] == 2
    got, _ = await bench.run(type=state + "Get")
    assert got["data"] == {"a": 2, "b": "f"}
    other, _ = await bench.run(type=state + "Get", name="other")
    assert other["count"] == 0
    deleted, _ = await bench.run(type=state + "Delete")
    assert deleted == {"deleted": True}
    await bench.failure(type=state + "Delete", errorOnMissing=True)


async def test_pairs_whose_time_is_over_are_purged(bench):
    await bench.run(type=CORE + "kv.Set", key="short", value="x", ttl="PT0S")
    await bench.run(type=CORE + "kv.Set", key="long", value="x")
    purged, _ = await bench.run(type=CORE + "kv.PurgeKV", namespaces=["my"])
    assert purged == {"size": 1}
    everything = {"type": "key", "expiredOnly": False}
    purged, _ = await bench.run(type=CORE + "kv.PurgeKV", namespacePattern="my.*", keyPattern="l*", behavior=everything)
    assert purged == {"size": 1}
