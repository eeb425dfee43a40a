"""Keys, lists and channels of a real Redis."""

import pytest

from tests.engine.tasks.plugins.test_serdes import ion, rows

pytestmark = pytest.mark.anyio
R = "io.kestra.plugin.redis."


async def test_keys(bench, redis_url):
    at = {"url": redis_url}
    await bench.run(type=R + "string.Set", **at, key="k", value="{{ flow.id }}")
    assert (await bench.run(type=R + "string.Get", **at, key="k"))[0] == {"key": "k", "data": "f"}
    old, _ = await bench.run(
        type=R + "string.Set", **at, key="k", value={"a": [1]}, serdeType="JSON", get=True,
        options={"expirationDuration": "PT1H"},
    )  # fmt: skip
    assert old == {"oldValue": "f"}
    assert (await bench.run(type=R + "string.Get", **at, key="k", serdeType="JSON"))[0]["data"] == {"a": [1]}
    assert 3590 < (await bench.run(type=R + "string.Ttl", **at, key="k"))[0]["ttl"] <= 3600
    await bench.run(type=R + "string.Set", **at, key="k", value="x", options={"mustNotExist": True})
    assert (await bench.run(type=R + "string.Get", **at, key="k"))[0]["data"] == '{"a":[1]}'
    assert (await bench.run(type=R + "string.Increment", **at, key="n"))[0] == {"key": "n", "value": 1}
    assert (await bench.run(type=R + "string.Increment", **at, key="n", amount=1.5))[0]["value"] == 2.5
    gone, caught = await bench.run(type=R + "string.Delete", **at, keys=["k", "n", "missing"])
    assert gone == {"count": 2}
    assert caught.metrics == [("counter", "deleted.records.count", 2.0, None)]
    assert (await bench.run(type=R + "string.Get", **at, key="k"))[0]["data"] is None
    for task in ({"type": R + "string.Get", "key": "k"}, {"type": R + "string.Delete", "keys": ["k"]}):
        assert "Missing key" in (await bench.failure(**task, **at, failedOnMissing=True)).message


async def test_lists(bench, redis_url):
    at = {"url": redis_url, "key": "list"}
    pushed, _ = await bench.run(type=R + "list.ListPush", **at, **{"from": ["a", "{{ flow.id }}", "c"]}, batchSize=2)
    assert pushed == {"count": 3}
    two, _ = await bench.run(type=R + "list.ListPop", **at, maxRecords=2)
    assert (rows(bench, two["uri"]), two["count"]) == (["c", "f"], 2)
    rest, _ = await bench.run(type=R + "list.ListPop", **at)
    assert rows(bench, rest["uri"]) == ["a"]
    await bench.run(type=R + "list.ListPush", **at, **{"from": ion(bench, [{"a": 1}, {"a": 2}])}, serdeType="JSON")
    back, caught = await bench.run(type=R + "list.ListPop", **at, serdeType="JSON")
    assert rows(bench, back["uri"]) == [{"a": 2}, {"a": 1}]
    assert caught.metrics == [("counter", "popped.records.count", 2.0, None)]


async def test_channels(bench, redis_url):
    from redis import asyncio as client

    async with client.from_url(redis_url) as redis, redis.pubsub() as listening:
        await listening.subscribe("c")
        await listening.get_message(timeout=5)
        sent, _ = await bench.run(
            type=R + "pubsub.Publish", url=redis_url, channel="c", **{"from": ['{"a": 1}']}, serdeType="JSON"
        )
        message = await listening.get_message(timeout=5)
    assert (sent, message["data"]) == ({"count": 1}, b'{"a":1}')


async def test_what_is_refused(bench, redis_url):
    assert "Invalid Redis URL" in (await bench.failure(type=R + "string.Get", url="http://x", key="k")).message
    assert (await bench.failure(type=R + "string.Get", url="redis://127.0.0.1:1", key="k")).message
    assert "serdeType" in (await bench.failure(type=R + "string.Get", url=redis_url, key="k", serdeType="ION")).message
    await bench.run(type=R + "string.Set", url=redis_url, key="t", value="x")
    assert (await bench.failure(type=R + "string.Increment", url=redis_url, key="t")).message
    assert "no JSON" in (await bench.failure(type=R + "string.Get", url=redis_url, key="t", serdeType="JSON")).message
