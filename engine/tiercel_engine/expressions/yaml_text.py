"""YAML written as Jackson writes it on SnakeYAML, with as few quotes as it takes."""

from __future__ import annotations

import re
from typing import Any

from tiercel_engine.expressions.limits import MAX_STEPS
from tiercel_engine.expressions.texts import java_text, too_large
from tiercel_engine.expressions.values import LoopVariables, MapEntry, check_size

_RESERVED = frozenset(
    "false False FALSE n N no No NO null Null NULL on On ON off Off OFF true True TRUE y Y yes Yes YES".split()  # noqa: SIM905
)
_HEX = re.compile(r"0[xX][0-9a-fA-F]+")
_OCTAL = re.compile(r"0[0-9]+")
_QUOTABLE = re.compile(r"[\[\]{},]|(?:(?<=[ \t])|\A)#|:(?=[ \t]|\Z)")
_LIKE_NUMBER = re.compile(r"[-+.0-9]")
_MAX_SIMPLE_KEY = 128
_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INDICATORS = "-?:,[]{}#&*!|>'\"%@`"
_ESCAPES = {
    "\0": "\\0", "\a": "\\a", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\x0b": "\\v", "\f": "\\f", "\r": "\\r",
    "\x1b": "\\e", '"': '\\"', "\\": "\\\\", "\x85": "\\N", "\xa0": "\\_", "\u2028": "\\L", "\u2029": "\\P",
}  # fmt: skip


def yaml_text(value: Any) -> str:
    """The document, ending in a line break."""
    if isinstance(value, str) and not value:
        return '--- ""\n'
    check_size(value)
    lines: list[str] = []
    _write(value, 0, "", lines)
    return "\n".join(lines) + "\n"


def _write(value: Any, indent: int, lead: str, lines: list[str]) -> None:
    """Writes a value behind `lead`, which stands on its line already made; `indent` is that of its own lines."""
    if len(lines) > MAX_STEPS:
        raise too_large()
    if isinstance(value, LoopVariables | MapEntry):
        value = value.as_map()
    if isinstance(value, dict):
        entries = list(value.items())
        if not entries:
            lines.append(f"{lead}{' ' if lead else ''}{{}}")
            return
        if lead:
            lines.append(lead)
        for key, item in entries:
            start = _key_line(java_text(key), " " * indent)
            nested = indent if isinstance(item, list) else indent + 2
            _write(item, nested, start, lines)
    elif isinstance(value, list | tuple):
        if not value:
            lines.append(f"{lead}{' ' if lead else ''}[]")
            return
        if lead:
            lines.append(lead)
        for item in value:
            _write(item, indent + 2, f"{' ' * indent} -", lines)
    else:
        text = _scalar(value, indent if lead else indent + 2)
        lines.append(f"{lead} {text}" if lead else text)


def _scalar(value: Any, indent: int) -> str:
    if not isinstance(value, str):
        return java_text(value)
    text = str(value)
    if not text:
        return '""'
    if "\n" in text:
        return _literal(text, indent)
    if _is_reserved(text) or _QUOTABLE.search(text):
        return _double_quoted(text)
    return text if _can_be_plain(text) and not _OCTAL.fullmatch(text) else _quoted(text)


def _is_reserved(text: str) -> bool:
    return text in _RESERVED or text.startswith("~")


def _can_be_plain(text: str) -> bool:
    if text != text.strip(" ") or _UNPRINTABLE.search(text) or "\t" in text or "\r" in text:
        return False
    first = text[0]
    if first in "-?:" and (len(text) == 1 or text[1] in " \t"):
        return False
    if first in _INDICATORS and first not in "-?:":
        return False
    if text.startswith(("---", "...")) or text.endswith(":"):
        return False
    return " #" not in text and ": " not in text


def _quoted(text: str) -> str:
    if _UNPRINTABLE.search(text) or "\r" in text or "\t" in text:
        return _double_quoted(text)
    return f"'{text.replace(chr(39), chr(39) * 2)}'"


def _double_quoted(text: str) -> str:
    def escaped(match: re.Match[str]) -> str:
        character = match[0]
        known = _ESCAPES.get(character)
        if known:
            return known
        code = ord(character)
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

    inner = re.sub(rf'["\\\t\n\r\xa0\x85\u2028\u2029]|{_UNPRINTABLE.pattern}', escaped, text)
    return f'"{inner}"'


def _literal(text: str, indent: int) -> str:
    if _UNPRINTABLE.search(text) or re.search(r" \n| \Z|[\t\r]", text):
        return _double_quoted(text)
    hint = "2" if text[0] in " \n" else ""
    chomp = "-" if not text.endswith("\n") else "+" if text.endswith("\n\n") or text == "\n" else ""
    body = text.removesuffix("\n") if chomp != "-" else text
    pad = " " * indent
    written = "\n".join(f"{pad}{line}" if line else "" for line in body.split("\n"))
    return f"|{hint}{chomp}\n{written}"


def _key_line(name: str, indent: str) -> str:
    is_simple = name and "\n" not in name and len(name) < _MAX_SIMPLE_KEY
    return f"{indent}{_key(name)}:" if is_simple else f"{indent}? {_key(name)}\n{indent}:"


def _key(name: str) -> str:
    if not name or _is_reserved(name) or _HEX.fullmatch(name) or _LIKE_NUMBER.match(name) or "\n" in name:
        return _double_quoted(name)
    return name if _can_be_plain(name) else _quoted(name)
