"""Ids that follow from what they belong to, so that a log of events gives the same ones again."""

from __future__ import annotations

import hashlib

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def derived_id(execution_id: str, number: int) -> str:
    """A 22-character id for the `number`-th thing that an execution makes."""
    digest = hashlib.blake2b(f"{execution_id}/{number}".encode(), digest_size=16).digest()
    rest = int.from_bytes(digest, "big")
    letters: list[str] = []
    for _ in range(22):
        rest, index = divmod(rest, 62)
        letters.append(_ALPHABET[index])
    return "".join(letters)


def fraction(text: str, number: int) -> float:
    """A number in [0, 1) that stands for a random draw, the same for the same arguments."""
    digest = hashlib.blake2b(f"{text}/{number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
