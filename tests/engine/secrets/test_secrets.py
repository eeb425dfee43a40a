"""Where secrets come from, and that nothing shows them."""

import base64
import html
import json
import re
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiercel_engine.secrets import MASK, EnvironmentSecrets, FirstOf, Masker, PlainSecrets, dotenv_secrets


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def test_variables_are_read_as_kestra_reads_them():
    source = EnvironmentSecrets(
        {"SECRET_API_KEY": encoded("s3cr\net")[:4] + "\n" + encoded("s3cr\net")[4:], "OTHER": "x"}
    )
    assert source.get("api_key") == "s3cr\net"
    assert source.get("OTHER") is None
    assert source.names() == ["API_KEY"]


def test_what_is_no_base64_is_left_out_and_named():
    source = EnvironmentSecrets({"SECRET_BAD": "not base64!", "SECRET_BYTES": base64.b64encode(b"\xff").decode()})
    assert source.names() == []
    assert source.skipped == ("SECRET_BAD", "SECRET_BYTES")


def test_a_dotenv_file_holds_plain_and_encoded_secrets(tmp_path):
    file = tmp_path / ".env"
    file.write_text(f"# comment\nTOKEN='a b'\nSECRET_KEY={encoded('deep')}\nHOME=${{PATH}}\n")
    source = dotenv_secrets(file)
    assert (source.get("token"), source.get("KEY"), source.get("HOME")) == ("a b", "deep", "${PATH}")


def test_the_first_source_wins():
    source = FirstOf([PlainSecrets({"a": "1"}), PlainSecrets({"A": "2", "B": "3"})])
    assert (source.get("a"), source.get("b"), source.get("c")) == ("1", "3", None)


@pytest.mark.parametrize(
    "spelling",
    [
        lambda secret: secret,
        encoded,
        lambda secret: base64.urlsafe_b64encode(secret.encode()).decode().rstrip("="),
        quote_plus,
        lambda secret: json.dumps(secret)[1:-1],
        lambda secret: json.dumps(json.dumps(secret)[1:-1])[1:-1],
        lambda secret: re.sub("%..", lambda escape: escape[0].lower(), quote(secret, safe="")),
        html.escape,
        lambda secret: secret.encode().hex(),
        lambda secret: secret.encode().hex().upper(),
        lambda secret: repr(secret)[1:-1],
    ],
)
def test_a_secret_is_masked_in_every_spelling(spelling):
    secret = 'p@ss "word"/ü?~'
    shown = Masker([secret]).text(f"before {spelling(secret)} after")
    assert shown == f"before {MASK} after"


@pytest.mark.parametrize("before", ["", "u", "us", "use", "user:"])
@pytest.mark.parametrize("after", ["", "!", "!!", "!!!"])
def test_a_secret_inside_a_longer_code_is_masked(before, after):
    code = base64.b64encode(f"{before}s3cr3t-token{after}".encode()).decode()
    shown = Masker(["s3cr3t-token"]).text(f"Authorization: Basic {code}")
    left = shown.removeprefix("Authorization: Basic ").replace(MASK, "")
    assert MASK in shown
    assert len(left) <= len(before) + len(after) + 6


@pytest.mark.parametrize(
    ("secret", "shown"),
    [
        ('{"user": "u", "password": "deep-one"}', "it is deep-one"),
        ('{"a": [{"b": "deep-one"}]}', "it is deep-one"),
        ("postgres://app:deep%2Fone@db/x", "it is deep/one"),
        ("postgres://app:deep%2Fone@db/x", "it is deep%2Fone"),
        (" deep-one\n", "it is deep-one"),
        ("first line\r\nsecond line", "it is second line"),
    ],
)
def test_parts_of_a_secret_are_masked(secret, shown):
    assert Masker([secret]).text(shown) == f"it is {MASK}"


def test_lines_of_a_secret_are_masked_one_by_one():
    masker = Masker(["-----BEGIN KEY-----\nabcdef\n-----END KEY-----"])
    assert masker.text("line: abcdef") == f"line: {MASK}"


def test_data_is_masked_deeply_and_short_texts_are_left():
    masker = Masker(["hush", "ab"])
    assert masker.data({"hush": ["a hush b", 1, None], "ab": "ab"}) == {MASK: [f"a {MASK} b", 1, None], "ab": "ab"}


@given(st.text(min_size=4), st.text(), st.text())
def test_no_secret_survives(secret, before, after):
    if secret in MASK:
        return
    assert secret not in Masker([secret]).text(before + secret + after).replace(MASK, "")
