"""Filters that hash and encode."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from tiercel_engine.expressions.arguments import cast_text
from tiercel_engine.expressions.errors import JavaError, PebbleError
from tiercel_engine.expressions.registry import Arguments, Run, filter_unit
from tiercel_engine.expressions.texts import java_text
from tiercel_engine.expressions.values import is_string

if TYPE_CHECKING:
    from collections.abc import Callable


def _hash(name: str) -> None:
    @filter_unit(name)
    def unit(value: Any, _arguments: Arguments, _run: Run) -> Any:
        if value is None:
            return None
        if not is_string(value):
            raise PebbleError("Need a string to hash\n")
        return hashlib.new(name, value.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


for _name in ("md5", "sha1", "sha256", "sha512"):
    _hash(_name)


def _code(name: str, change: Callable[[str], str]) -> None:
    @filter_unit(name)
    def unit(value: Any, _arguments: Arguments, _run: Run) -> Any:
        return None if value is None else change(cast_text(value))


def _url_decoded(text: str) -> str:
    def decoded(match: re.Match[str]) -> str:
        try:
            return bytes.fromhex(match[0].replace("%", "")).decode("utf-8", "replace")
        except ValueError:
            pair = match[0][1:3]
            message = f'Error at index 0 in: "{pair}"'
            raise JavaError(
                "IllegalArgumentException", f"URLDecoder: Illegal hex characters in escape (%) pattern - {message}"
            ) from None

    if re.search(r"%.?\Z", text, re.DOTALL):
        raise JavaError("IllegalArgumentException", "URLDecoder: Incomplete trailing escape (%) pattern")
    return re.sub(r"(?:%..)+", decoded, text.replace("+", " "), flags=re.DOTALL)


def base64_bytes(text: str) -> bytes:
    """Base64 as Java's basic decoder reads it. Raises JavaError IllegalArgumentException."""
    for index, character in enumerate(text):
        if not (character.isascii() and (character.isalnum() or character in "+/=")):
            raise JavaError("IllegalArgumentException", f"Illegal base64 character {ord(character) & 0xFF:x}")
        if character == "=" and text[index:].strip("="):
            raise JavaError("IllegalArgumentException", f"Input byte array has incorrect ending byte at {index + 1}")
    content = text.rstrip("=")
    if len(text) == 1:
        raise JavaError("IllegalArgumentException", "Input byte[] should at least have 2 bytes for base64 bytes")
    if len(content) % 4 == 1:
        raise JavaError("IllegalArgumentException", "Last unit does not have enough valid bits")
    if text != content and len(text) % 4:
        raise JavaError("IllegalArgumentException", "Input byte array has wrong 4-byte ending unit")
    try:
        return base64.b64decode(content + "=" * (-len(content) % 4))
    except binascii.Error as error:
        raise JavaError("IllegalArgumentException", str(error)) from None


_code("urlencode", lambda text: quote_plus(text, safe="*-._", errors="replace").replace("~", "%7E"))
_code("urldecode", _url_decoded)


@filter_unit("base64encode")
def base64_encode(value: Any, _arguments: Arguments, _run: Run) -> Any:
    """Text in base64."""
    return None if value is None else base64.b64encode(java_text(value).encode("utf-8", "replace")).decode("ascii")


@filter_unit("base64decode")
def base64_decode(value: Any, _arguments: Arguments, _run: Run) -> Any:
    """Text out of base64."""
    if value is None:
        return None
    try:
        return base64_bytes(_plain_text(value)).decode("utf-8", "replace")
    except PebbleError:
        raise
    except JavaError as error:
        message = "Please provide a correctly Base64 encoded string containing an UTF-8 string\n"
        raise PebbleError(message, error) from None


def _plain_text(value: Any) -> str:
    if is_string(value):
        return str(value)
    raise PebbleError("This filter applies to String\n")
