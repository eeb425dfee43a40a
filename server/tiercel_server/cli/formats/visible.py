"""Text that people look at: what a flow quotes must neither steer a terminal nor reorder what is read."""

from __future__ import annotations

import re

_STEERING = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """The text with a sign for each control character but the tab, and for each mark of writing direction.

    The number of characters stays the same.
    """
    return text if text.isascii() and text.isprintable() else _STEERING.sub(_sign, text)


def _sign(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"
