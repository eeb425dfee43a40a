"""Functions that encrypt and decrypt."""

from __future__ import annotations

import base64

from tiercel_engine.expressions.arguments import cast_text, needed
from tiercel_engine.expressions.errors import JavaError
from tiercel_engine.expressions.filters.codes import base64_bytes
from tiercel_engine.expressions.registry import Arguments, Run, function_unit

_IV_LENGTH = 12


def _key(arguments: Arguments, name: str) -> bytes:
    key = cast_text(needed(arguments, "key", f"The '{name}' function expects an argument 'key'."))
    decoded = base64_bytes(key)
    if len(decoded) not in (16, 24, 32):
        raise JavaError("InvalidKeyException", f"Invalid AES key length: {len(decoded)} bytes")
    return decoded


@function_unit("encrypt")
def encrypt(arguments: Arguments, run: Run) -> str | None:
    """Text encrypted with AES-GCM, its initial vector in front."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    key = _key(arguments, "encrypt")
    text = needed(arguments, "plaintext", "The 'encrypt' function expects an argument 'plaintext'.")
    vector = run.services.random().randbytes(_IV_LENGTH)
    sealed = AESGCM(key).encrypt(vector, cast_text(text).encode(), None)
    return base64.b64encode(vector + sealed).decode("ascii")


@function_unit("decrypt")
def decrypt(arguments: Arguments, _run: Run) -> str:
    """The text that `encrypt` was given."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    key = _key(arguments, "decrypt")
    text = needed(arguments, "encrypted", "The 'decrypt' function expects an argument 'encrypted'.")
    sealed = base64_bytes(cast_text(text))
    if len(sealed) < _IV_LENGTH + 16:
        raise JavaError("AEADBadTagException", "Input data too short to contain an expected tag length of 16bytes")
    try:
        return AESGCM(key).decrypt(sealed[:_IV_LENGTH], sealed[_IV_LENGTH:], None).decode("utf-8", "replace")
    except InvalidTag:
        raise JavaError("AEADBadTagException", "Tag mismatch") from None
