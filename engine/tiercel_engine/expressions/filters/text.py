"""Filters of text."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from tiercel_engine.expressions.arguments import cast_text, class_cast, needed, whole_number
from tiercel_engine.expressions.errors import JavaError, PebbleError
from tiercel_engine.expressions.java.hash_map import hash_map
from tiercel_engine.expressions.java.utf16 import SPACE, cut, length_of, trimmed
from tiercel_engine.expressions.limits import MAX_INDENT, MAX_OUTPUT
from tiercel_engine.expressions.registry import Arguments, Run, filter_unit
from tiercel_engine.expressions.texts import java_text, too_large
from tiercel_engine.expressions.values import check_size, is_string, java_class

if TYPE_CHECKING:
    from collections.abc import Callable

_SPACE = re.compile(f"[{SPACE}]")
_WORD_START = re.compile(f"(?:(?<=[{SPACE}])|\\A)[^{SPACE}]")


def _on_text(name: str, change: Callable[[str], str]) -> None:
    @filter_unit(name)
    def unit(value: Any, _arguments: Arguments, _run: Run) -> Any:
        return None if value is None else change(cast_text(value))


def _on_any(name: str, change: Callable[[str], str]) -> None:
    @filter_unit(name)
    def unit(value: Any, _arguments: Arguments, _run: Run) -> Any:
        return None if value is None else change(java_text(value))


def _title_case(character: str) -> str:
    """One character for one, as Java has it: `ß` stays."""
    changed = character.title()
    return changed if len(changed) == 1 else character


def _capitalize(text: str) -> str:
    for index, character in enumerate(text):
        if not _SPACE.match(character):
            return f"{text[:index]}{_title_case(character)}{text[index + 1 :]}"
    return text


def _title(text: str) -> str:
    return _WORD_START.sub(lambda match: _title_case(match[0]), text)


_on_any("lower", str.lower)
_on_any("upper", str.upper)
_on_any("string", str)
_on_text("capitalize", _capitalize)
_on_text("title", _title)
_on_text("trim", trimmed)


@filter_unit("nl2br")
def nl2br(value: Any, _arguments: Arguments, _run: Run) -> Any:
    """Line breaks of HTML for those of the text."""
    if value is None:
        return None
    if not is_string(value):
        raise JavaError("IllegalArgumentException", "nl2br filters only supports String input.")
    return re.sub(r"\r\n|\n\r|\n|\r", "<br />", str(value))


@filter_unit("abbreviate")
def abbreviate(value: Any, arguments: Arguments, _run: Run) -> Any:
    """Cuts text to a length, ending it in three dots where there is room for them."""
    if value is None:
        return None
    text = cast_text(value)
    given = arguments.get("length")
    if given is None:
        call = (
            'Cannot invoke "java.lang.Long.intValue()" because the return value of "java.util.Map.get(Object)" is null'
        )
        raise JavaError("NullPointerException", call)
    if java_class(given) != "java.lang.Long":
        raise class_cast(given, "java.lang.Long")
    length = int(given)
    if length < 0:
        raise PebbleError("Invalid argument to abbreviate filter; must be greater than zero")
    if length_of(text) < length or length_of(text) <= 3:
        return text
    return cut(text, 0, length) if length <= 3 else f"{cut(text, 0, length - 3)}..."


@filter_unit("startsWith")
def starts_with(value: Any, arguments: Arguments, _run: Run) -> bool:
    """Whether text begins with another."""
    if value is None:
        return False
    wanted = needed(arguments, "value", "The argument 'value' is required.")
    return java_text(value).startswith(java_text(wanted))


@filter_unit("endsWith")
def ends_with(value: Any, arguments: Arguments, _run: Run) -> bool:
    """Whether text ends with another."""
    wanted = needed(arguments, "value", "The 'endsWith' filter expects an argument 'value'.")
    return value is not None and java_text(value).endswith(java_text(wanted))


def _substring(name: str, pick: Callable[[str, str], str]) -> None:
    @filter_unit(name)
    def unit(value: Any, arguments: Arguments, _run: Run) -> Any:
        if value is None:
            return None
        separator = needed(arguments, "separator", f"The '{name}' filter expects an argument 'separator'.")
        return pick(java_text(value), java_text(separator))


def _after(text: str, separator: str) -> str:
    return text.partition(separator)[2] if separator else text


def _after_last(text: str, separator: str) -> str:
    return text.rpartition(separator)[2] if separator and separator in text else ""


def _before_last(text: str, separator: str) -> str:
    return text.rpartition(separator)[0] if separator and separator in text else text


_substring("substringBefore", lambda text, separator: text.partition(separator)[0] if separator else "")
_substring("substringBeforeLast", _before_last)
_substring("substringAfter", _after)
_substring("substringAfterLast", _after_last)


@filter_unit("slugify")
def slugify(value: Any, _arguments: Arguments, _run: Run) -> Any:
    """Text for a URL."""
    if value is None:
        return None
    text = re.sub(r"[\s]", "-", java_text(value))
    text = unicodedata.normalize("NFD", text)
    text = re.sub(r"[^\w-]", "", text, flags=re.ASCII)
    text = re.sub(r"-+", "-", text.replace("_", "-"))
    return re.sub(r"^-|-$", "", text).lower()


def _indent_prefix(arguments: Arguments, name: str) -> str:
    amount = needed(arguments, "amount", f"The '{name}' filter expects an integer as argument 'amount'.")
    count = whole_number(amount)
    if count < 0:
        raise PebbleError(f"The '{name}' filter expects a positive integer >=0 as argument 'amount'.")
    if count > MAX_INDENT:
        raise PebbleError(f"The '{name}' filter expects an 'amount' of at most {MAX_INDENT}.")
    return cast_text(arguments.get("prefix", " ")) * count


def _line_break(text: str) -> str:
    """The kind of line break that a text has: the first of these that is in it."""
    return next((kind for kind in ("\r\n", "\n\r", "\n", "\r") if kind in text), "\n")


def _indented(text: str, prefix: str) -> str:
    line_break = _line_break(text)
    if text.count(line_break) * len(prefix) + len(text) > MAX_OUTPUT:
        raise too_large()
    return text.replace(line_break, f"{line_break}{prefix}")


@filter_unit("indent")
def indent(value: Any, arguments: Arguments, _run: Run) -> Any:
    """Indents every line but the first."""
    if value is None or not java_text(value):
        return value
    return _indented(java_text(value), _indent_prefix(arguments, "indent"))


@filter_unit("nindent")
def nindent(value: Any, arguments: Arguments, _run: Run) -> Any:
    """Begins a new line and indents every line."""
    if value is None or not java_text(value):
        return value
    text = java_text(value)
    return _indented(f"{_line_break(text)}{text}", _indent_prefix(arguments, "nindent"))


_ESCAPES = {"single": ("'", "\\'"), "double": ('"', '\\"'), "shell": ("'", "'\\''")}


@filter_unit("escapeChar")
def escape_char(value: Any, arguments: Arguments, _run: Run) -> Any:
    """Escapes quotes, inside lists and maps too."""
    kind = cast_text(needed(arguments, "type", "The 'escapeChar' filter expects an argument 'type'."))
    check_size(value)
    return None if value is None else _escaped(value, kind, "value")


def _escaped(value: Any, kind: str, role: str) -> Any:
    """The value with its texts escaped; `role` is what Java calls a value that must not be null."""
    if isinstance(value, dict):
        return hash_map((key, _escaped(item, kind, "value")) for key, item in value.items())
    if isinstance(value, list):
        return [_escaped(item, kind, "item") for item in value]
    if value is None:
        raise JavaError("NullPointerException", f'Cannot invoke "Object.toString()" because "{role}" is null')
    if kind not in _ESCAPES:
        message = "The 'escapeChar' filter expects the value of 'type' to be either 'single', 'double', or 'shell'."
        raise PebbleError(message)
    return java_text(value).replace(*_ESCAPES[kind])
