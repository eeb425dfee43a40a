"""Files encrypted for keys that are made here, signed, and decrypted."""

import pytest

from tests.engine.tasks.plugins.test_files import put, read

pytestmark = pytest.mark.anyio
PGP = "io.kestra.plugin.crypto.openpgp."


@pytest.fixture(scope="module")
def keys():
    """Public and private keys of two people."""
    from pysequoia import Tsk

    found = {}
    for name in ("ada", "bob"):
        secret = Tsk.generate(f"{name} <{name}@example.com>")
        found[name] = (str(secret.extract_certificate()), str(secret))
    return found


async def test_there_and_back(bench, keys):
    uri = put(bench, "a", b"hello")
    sealed, _ = await bench.run(
        type=PGP + "Encrypt", **{"from": uri}, key=keys["bob"][0], recipients=["bob@example.com"],
        signPrivateKey=keys["ada"][1], signUser="ada@example.com",
    )  # fmt: skip
    assert read(bench, sealed["uri"]).startswith(b"-----BEGIN PGP MESSAGE-----")
    task = {"type": PGP + "Decrypt", "from": sealed["uri"], "privateKey": keys["bob"][1]}
    plain, _ = await bench.run(**task)
    assert read(bench, plain["uri"]) == b"hello"
    signed, _ = await bench.run(**task, signUsersKey=[keys["ada"][0]], requiredSignerUsers=["ada@example.com"])
    assert read(bench, signed["uri"]) == b"hello"
    other = await bench.failure(**task, signUsersKey=[keys["ada"][0]], requiredSignerUsers=["bob@example.com"])
    assert other.message == "The file is not signed by bob@example.com"
    assert "not signed" in (await bench.failure(**task, requiredSignerUsers=["ada@example.com"])).message


async def test_what_is_refused(bench, keys):
    uri = put(bench, "a", b"hello")
    assert (
        "no OpenPGP key" in (await bench.failure(type=PGP + "Encrypt", **{"from": uri}, key="x", recipients=[])).message
    )
    task = {"type": PGP + "Decrypt", "from": uri, "privateKey": keys["bob"][1]}
    assert "can't be decrypted" in (await bench.failure(**task)).message
    sealed, _ = await bench.run(
        type=PGP + "Encrypt", **{"from": uri}, key=keys["ada"][0], recipients=["ada@example.com"]
    )
    wrong = await bench.failure(**{**task, "from": sealed["uri"]})
    assert "can't be decrypted" in wrong.message
    assert "PRIVATE KEY" not in wrong.message
