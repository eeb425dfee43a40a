"""Keys and values: types kept, time observed, namespaces looked up along their dots."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tiercel_engine.storage import KvError, KvStore, KvType


class Clock:
    def __init__(self):
        self.moment = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self):
        return self.moment


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def kv(tmp_path, clock):
    return KvStore(tmp_path / "kv", clock)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("text", KvType.STRING),
        (3, KvType.NUMBER),
        (1.5, KvType.NUMBER),
        (True, KvType.BOOLEAN),
        ({"a": [1, None]}, KvType.JSON),
        ([], KvType.JSON),
        (date(2026, 1, 2), KvType.DATE),
        (datetime(2026, 1, 2, 3, tzinfo=UTC), KvType.DATETIME),
        (timedelta(hours=1), KvType.DURATION),
    ],
)
def test_values_keep_their_types(tmp_path, kv, value, kind):
    kv.set("a.b", "k", value)
    entry = KvStore(tmp_path / "kv").get("a.b", "k")
    assert (entry.value, entry.type, type(entry.value)) == (value, kind, type(value))


def test_a_key_lives_as_long_as_it_may(kv, clock):
    kv.set("a", "k", 1, ttl=timedelta(minutes=1))
    clock.moment += timedelta(seconds=59)
    assert kv.get("a", "k").value == 1
    clock.moment += timedelta(seconds=1)
    assert kv.get("a", "k") is None
    assert kv.keys("a") == []
    kv.set("a", "k", 2, overwrite=False)
    assert kv.get("a", "k").value == 2


def test_only_find_looks_upwards(kv):
    kv.set("a", "k", "top")
    assert kv.get("a.b.c", "k") is None
    assert kv.find("a.b.c", "k").value == "top"
    kv.set("a.b", "k", "nearer")
    assert kv.find("a.b.c", "k").value == "nearer"
    assert kv.namespaces() == ["a", "a.b"]


def test_overwrite_false_refuses(kv):
    kv.set("a", "k", 1)
    with pytest.raises(KvError, match="Key already exists"):
        kv.set("a", "k", 2, overwrite=False)
    assert kv.get("a", "k").value == 1


def test_keys_and_delete(kv):
    for name in ("b1", "a1", "a2"):
        kv.set("n", name, 0)
    assert kv.keys("n", "a") == ["a1", "a2"]
    assert kv.delete("n", "a1") is True
    assert kv.delete("n", "a1") is False


@pytest.mark.parametrize("key", ["", "../x", "a/b", "-x", "a b", "x\n"])
def test_bad_keys_are_refused(kv, key):
    with pytest.raises(KvError):
        kv.set("a", key, 1)


@pytest.mark.parametrize("namespace", ["", "..", "a..b", "/etc"])
def test_bad_namespaces_are_refused(kv, namespace):
    with pytest.raises(KvError):
        kv.get(namespace, "k")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"{}", b'{"type": "NUMBER"}', b"\xff", b'{"type": "DATE", "value": "x"}']
)
def test_a_damaged_pair_is_told_and_can_be_put_right(tmp_path, kv, content):
    kv.set("a", "k", 1)
    kv.set("a", "ok", 2)
    next(tmp_path.glob("kv/a/_kv/k.json")).write_bytes(content)
    for ask in (kv.get, kv.find):
        with pytest.raises(KvError, match="is damaged"):
            ask("a", "k")
    assert kv.keys("a") == ["k", "ok"]
    kv.set("a", "k", 3)
    assert kv.get("a", "k").value == 3
    next(tmp_path.glob("kv/a/_kv/k.json")).write_bytes(content)
    assert kv.delete("a", "k") is True
    assert kv.get("a", "ok").value == 2
