"""Ion text as Jackson writes it."""

from __future__ import annotations

import base64
import re
from decimal import Decimal
from typing import Any

from tiercel_engine.expressions.limits import MAX_STEPS
from tiercel_engine.expressions.texts import double_text, java_text, too_large
from tiercel_engine.expressions.values import LoopVariables, MapEntry, check_size

_SYMBOL = re.compile(r"[a-zA-Z_$][a-zA-Z0-9_$]*")
_KEYWORDS = frozenset({"null", "true", "false", "nan"})
_ESCAPES = {
    "\\": "\\\\",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\b": "\\b",
    "\f": "\\f",
    "\a": "\\a",
    "\v": "\\v",
    "\0": "\\0",
}


def ion_text(value: Any) -> str:
    """The value as one row of Ion text; null entries of maps are kept here."""
    check_size(value)
    parts: list[str] = []
    _write(value, parts)
    return "".join(parts)


def _write(value: Any, parts: list[str]) -> None:
    if len(parts) > MAX_STEPS:
        raise too_large()
    if isinstance(value, LoopVariables | MapEntry):
        value = value.as_map()
    if isinstance(value, dict):
        for index, (key, item) in enumerate(value.items()):
            parts.append(f"{',' if index else '{'}{_symbol(java_text(key))}:")
            _write(item, parts)
        parts.append("}" if value else "{}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            parts.append("," if index else "[")
            _write(item, parts)
        parts.append("]" if value else "[]")
    else:
        parts.append(_scalar(value))


def _scalar(value: Any) -> str:
    if isinstance(value, bytes):
        return f"{{{{{base64.b64encode(value).decode('ascii')}}}}}"
    if value is None or isinstance(value, bool | int):
        return java_text(value)
    if isinstance(value, float):
        return _double(value)
    if isinstance(value, Decimal):
        return _decimal(value)
    return f'"{_escaped(java_text(value), chr(34))}"'


def _decimal(value: Decimal) -> str:
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or exponent <= 0:
        text = str(value)
        return text.replace("E", "d") if "E" in text else text if "." in text else f"{text}."
    return f"{'-' if sign else ''}{''.join(map(str, digits))}d{exponent}"


def _double(value: float) -> str:
    text = double_text(value)
    if text in ("NaN", "Infinity", "-Infinity"):
        return {"NaN": "nan", "Infinity": "+inf", "-Infinity": "-inf"}[text]
    if text.endswith(".0"):
        return f"{text[:-2]}e0"
    return text.replace("E", "e") if "E" in text else f"{text}e0"


def _symbol(name: str) -> str:
    if _SYMBOL.fullmatch(name) and name not in _KEYWORDS and not re.fullmatch(r"\$[0-9]+", name):
        return name
    return f"'{_escaped(name, chr(39))}'"


def _escaped(text: str, quote: str) -> str:
    def escaped(match: re.Match[str]) -> str:
        character = match[0]
        if character == quote:
            return f"\\{quote}"
        return _ESCAPES.get(character) or f"\\x{ord(character):02x}"

    return re.sub(rf"[{quote}\\\x00-\x1f\x7f]", escaped, text)
