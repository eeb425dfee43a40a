"""Functions that encrypt and decrypt."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from tiercel_engine.expressions.arguments import cast_text
from tiercel_engine.expressions.errors import JavaError, PebbleError
from tiercel_engine.expressions.filters.codes import base64_bytes
from tiercel_engine.expressions.registry import Arguments, Run, function_unit

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_IV_LENGTH = 12


def _both(arguments: Arguments, function: str, second: str) -> tuple[str | None, str | None]:
    """The key and the text, each may be null."""
    if "key" not in arguments or second not in arguments:
        raise PebbleError(f"The '{function}' function expects two arguments 'key' and '{second}'.")
    key, text = (None if arguments[name] is None else cast_text(arguments[name]) for name in ("key", second))
    return key, text


def _cipher(key: str | None) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if key is None:
        call = 'Cannot invoke "String.getBytes(java.nio.charset.Charset)" because "src" is null'
        raise JavaError("NullPointerException", call)
    decoded = base64_bytes(key)
    if not decoded:
        raise JavaError("IllegalArgumentException", "Empty key")
    if len(decoded) not in (16, 24, 32):
        raise _failed("InvalidKeyException", f"Invalid AES key length: {len(decoded)} bytes")
    return AESGCM(decoded)


def _failed(java_class: str, message: str) -> PebbleError:
    return PebbleError(message, JavaError(java_class, message))


@function_unit("encrypt")
def encrypt(arguments: Arguments, run: Run) -> str | None:
    """Text encrypted with AES-GCM, its initial vector in front; an empty one stays."""
    key, text = _both(arguments, "encrypt", "plaintext")
    if not text:
        return text
    vector = run.services.random().randbytes(_IV_LENGTH)
    return base64.b64encode(vector + _cipher(key).encrypt(vector, text.encode("utf-8", "replace"), None)).decode(
        "ascii"
    )


@function_unit("decrypt")
def decrypt(arguments: Arguments, _run: Run) -> str | None:
    """The text that `encrypt` was given."""
    from cryptography.exceptions import InvalidTag

    key, text = _both(arguments, "decrypt", "encrypted")
    if not text:
        return text
    sealed = base64_bytes(text)
    cipher = _cipher(key)
    if len(sealed) < _IV_LENGTH:
        raise JavaError("IllegalArgumentException", f"{_IV_LENGTH} > {len(sealed)}")
    if len(sealed) < _IV_LENGTH + 16:
        raise _failed("AEADBadTagException", "Input data too short to contain an expected tag length of 16bytes")
    try:
        return cipher.decrypt(sealed[:_IV_LENGTH], sealed[_IV_LENGTH:], None).decode("utf-8", "replace")
    except InvalidTag:
        raise _failed("AEADBadTagException", "Tag mismatch") from None
