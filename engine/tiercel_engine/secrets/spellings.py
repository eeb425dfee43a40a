"""The ways in which a secret may be written where it must not be seen."""

from __future__ import annotations

import base64
import contextlib
import html
import json
import re
import shlex
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_plus, unquote, urlsplit

SHORTEST_MASKED = 3
_SHORTEST_ENCODED = 4
"""Shorter texts give codes so short that innocent ones would be struck out."""
_SHORTEST_INSIDE_BASE64 = 6
_LARGEST_JSON = 100_000
_LOWER_ESCAPE = re.compile("%[0-9A-F]{2}")


def spellings(secret: str) -> Iterator[str]:
    """The secret and its parts, each as it is and encoded: base64, percent signs, JSON, hexadecimal, quotes."""
    for part in _parts(secret):
        if len(part) >= SHORTEST_MASKED:
            yield from (text for text in _encoded(part) if len(text) >= SHORTEST_MASKED)


def _parts(secret: str) -> Iterator[str]:
    """The whole, its lines, the texts of a JSON secret, the password of a URL."""
    yield secret
    if secret.strip() != secret:
        yield secret.strip()
    if "\n" in secret or "\r" in secret:
        yield from (line.strip() for line in secret.splitlines())
    if secret.lstrip()[:1] in ("{", "[") and len(secret) <= _LARGEST_JSON:
        with contextlib.suppress(ValueError, RecursionError):
            yield from _texts(json.loads(secret))
    if "://" in secret and "@" in secret:
        try:
            password = urlsplit(secret).password
        except ValueError:
            password = None
        if password:
            yield from (password, unquote(password))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        # Words such as `true` or `eu` in a JSON secret are names and choices, not keys to anything.
        if len(value) >= _SHORTEST_INSIDE_BASE64:
            yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _encoded(text: str) -> Iterator[str]:
    yield text
    in_json = json.dumps(text)[1:-1]
    readable = json.dumps(text, ensure_ascii=False)[1:-1]
    yield from (in_json, readable, json.dumps(in_json)[1:-1], json.dumps(readable, ensure_ascii=False)[1:-1])
    yield from (repr(text)[1:-1], html.escape(text), shlex.quote(text).strip("'"), text.replace("'", "''"))
    try:
        data = text.encode()
    except UnicodeEncodeError:
        # Half a pair of surrogates: nothing can encode it.
        return
    for escaped in (quote(text, safe=""), quote(text), quote_plus(text)):
        yield from (escaped, _LOWER_ESCAPE.sub(lambda match: match[0].lower(), escaped))
    if len(text) >= _SHORTEST_ENCODED:
        yield from (data.hex(), data.hex().upper())
        for code in _in_base64(data):
            yield from (code, code.replace("+", "-").replace("/", "_"))


def _in_base64(data: bytes) -> Iterator[str]:
    """As it is encoded by itself, and as it stands inside a longer code, by its place in the groups of three bytes."""
    whole = base64.b64encode(data).decode()
    yield from (whole, whole.rstrip("="))
    if len(data) < _SHORTEST_INSIDE_BASE64:
        return
    for shift in range(3):
        code = base64.b64encode(b"\0" * shift + data).decode()
        start = (0, 2, 3)[shift]
        # A last letter that isn't full would hold bits of what follows.
        yield code[start : (shift + len(data)) * 8 // 6]
