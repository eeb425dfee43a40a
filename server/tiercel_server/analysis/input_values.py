"""Whether a literal fits an input: its type, and its bounds, choices and pattern."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from tiercel_schemas.durations import parse_duration
from tiercel_schemas.source.nodes import MappingNode, Node, ScalarNode, SequenceNode, follow
from tiercel_schemas.source.values import scalar_text
from tiercel_server.analysis.mappings import find_items, find_pair, find_scalar, find_text, find_value
from tiercel_server.analysis.regexes import regex_fault
from tiercel_server.analysis.symbols import InputSymbol

_INTEGER = re.compile(r"[-+]?[0-9]{1,20}")
_FLOAT = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?[fFdD]?|[-+]?(NaN|Infinity)")
_DURATION = re.compile(r"[-+]?P[-+0-9DTHMS.,]+", re.IGNORECASE)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[-+][0-9]{2}:?[0-9]{2})"
)
_EMAIL = re.compile(r"|[a-zA-Z0-9_!#$%&’*+/=?`{|}~^.-]+@[a-zA-Z0-9.-]+")
_URI = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:\S+")
_TEXTS = frozenset({"STRING", "SECRET", "EMAIL", "SELECT", "ENUM"})
_INT_BOUND = 2**31
_LONGEST_MATCHED = 1_000


class InputValues:
    """What one input takes."""

    def __init__(self, symbol: InputSymbol) -> None:
        self._node = symbol.node
        self._type = symbol.type

    def fault(self, node: Node) -> str | None:
        """What is wrong with a literal, in words; None where it fits, holds an expression or can't be judged."""
        value = follow(node)
        if value is None or _holds_expression(value):
            return None
        if self._type in {"ARRAY", "MULTISELECT"}:
            return self._list_fault(value)
        if not isinstance(value, ScalarNode):
            return None if self._type in {"JSON", "YAML", "ION"} else f"a {self._type} is no list or map"
        text = scalar_text(value)
        if text is None or (text == "" and self._type not in _TEXTS):
            return None
        return scalar_fault(text, self._type) or self._constraint_fault(text)

    def _list_fault(self, value: Node) -> str | None:
        item_type = find_text(self._node, "itemType") or "STRING"
        if isinstance(value, ScalarNode):
            try:
                items = json.loads(value.value) if scalar_text(value) else []
            except (ValueError, RecursionError):
                return f"`{value.value[:60]}` is no JSON list"
            if not isinstance(items, list):
                return f"`{value.value[:60]}` is no list"
            texts = [each if isinstance(each, str) else json.dumps(each) for each in items]
        elif isinstance(value, SequenceNode):
            nodes = [follow(item) for item in value.items]
            texts = [scalar_text(each) or "" for each in nodes if isinstance(each, ScalarNode)]
        else:
            return f"a {self._type} is a list"
        for text in texts:
            if fault := scalar_fault(text, item_type):
                return fault
        return self._choice_fault(texts) if self._type == "MULTISELECT" else None

    def _constraint_fault(self, text: str) -> str | None:
        if self._type in {"SELECT", "ENUM"}:
            return self._choice_fault([text])
        if self._type in {"STRING", "SECRET"}:
            pattern = find_text(self._node, "validator")
            return _pattern_fault(text, pattern) if pattern is not None else None
        if self._type in {"INT", "FLOAT"}:
            return self._bound_fault(float(text), "min", "max", _number)
        if self._type == "DURATION":
            return self._bound_fault(_quietly(parse_duration, text), "min", "max", _reader(parse_duration))
        if self._type in {"DATE", "TIME", "DATETIME"}:
            read = {"DATE": date.fromisoformat, "TIME": time.fromisoformat, "DATETIME": datetime.fromisoformat}
            return self._bound_fault(_quietly(read[self._type], text), "after", "before", _reader(read[self._type]))
        return None

    def _bound_fault(self, value: Any, low: str, high: str, read: Callable[[Any], Any]) -> str | None:
        for name, words in ((low, "at least"), (high, "at most")):
            bound = read(find_scalar(self._node, name))
            try:
                if bound is not None and value is not None and (value < bound if name == low else value > bound):
                    return f"it must be {words} `{find_text(self._node, name)}`"
            except TypeError:
                continue  # One has a time zone, the other has none.
        return None

    def _choice_fault(self, texts: list[str]) -> str | None:
        choices = self._choices()
        if choices is None or find_scalar(self._node, "allowCustomValue") is True:
            return None
        wrong = next((text for text in texts if text not in choices), None)
        if wrong is None:
            return None
        return f"`{wrong}` is none of {', '.join(f'`{each}`' for each in choices[:12])}"

    def _choices(self) -> list[str] | None:
        """The choices; None where they come from an expression or can't be read."""
        name = "values" if find_pair(self._node, "values") is not None else "options"
        items = find_items(self._node, name)
        if not items or find_value(self._node, "expression") is not None:
            return None
        texts: list[str] = []
        for each in items:
            text = scalar_text(each) if isinstance(each, ScalarNode) else find_text(each, "value")
            if text is None or "{{" in text:
                return None
            texts.append(text)
        return texts


def scalar_fault(text: str, type_name: str) -> str | None:
    """What is wrong with a text as a value of a type."""
    shown = f"`{text[:60]}`"
    if type_name == "INT":
        fits = _INTEGER.fullmatch(text) and -_INT_BOUND <= int(text) < _INT_BOUND
        return None if fits else f"{shown} is no whole number of 32 bits"
    check = _FORMS.get(type_name)
    if check is not None:
        pattern, words, read = check
        if not pattern.fullmatch(text) or (read is not None and _quietly(read, text) is None):
            return f"{shown} is no {words}"
    if type_name == "JSON":
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            return f"{shown} is no JSON"
    return None


def _moment(text: str) -> datetime:
    """A moment; the end of a day may be written as its 24th hour."""
    return datetime.fromisoformat(text.replace("T24:00", "T00:00", 1))


_FORMS: Mapping[str, tuple[re.Pattern[str], str, Callable[[str], object] | None]] = {
    "FLOAT": (_FLOAT, "number", None),
    "DURATION": (_DURATION, "ISO-8601 duration such as `PT10M`", parse_duration),
    "DATE": (_DATE, "date such as `2026-05-01`", date.fromisoformat),
    "TIME": (_TIME, "time such as `10:30:00`", time.fromisoformat),
    "DATETIME": (_INSTANT, "instant such as `2026-05-01T10:30:00Z`", _moment),
    "EMAIL": (_EMAIL, "e-mail address", None),
    "URI": (_URI, "URI with a scheme", None),
}


def _holds_expression(node: Node) -> bool:
    """Whether an expression stands in a value. Each node is looked at once, however many aliases lead to it."""
    waiting: list[Node | None] = [node]
    seen: set[int] = set()
    while waiting:
        each = follow(waiting.pop())
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, ScalarNode) and ("{{" in each.value or "{%" in each.value):
            return True
        if isinstance(each, SequenceNode):
            waiting += each.items
        elif isinstance(each, MappingNode):
            waiting += [pair.value for pair in each.pairs]
    return False


def _pattern_fault(text: str, pattern: str) -> str | None:
    if regex_fault(pattern) is not None or len(text) > _LONGEST_MATCHED or _is_costly(pattern):
        return None
    try:
        return None if re.fullmatch(pattern, text) else f"it must match the pattern `{pattern}`"
    except (re.error, RecursionError):
        return None


def _is_costly(pattern: str) -> bool:
    """Whether matching may take for ever: repeated groups that repeat inside."""
    return bool(re.search(r"[*+}]\)?[*+{]|\([^)]*[*+}][^)]*\)[*+{]", pattern)) or len(pattern) > _LONGEST_MATCHED


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _reader(read: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda value: _quietly(read, value) if isinstance(value, str) else None


def _quietly(read: Callable[[str], Any], text: str) -> Any:
    try:
        return read(text)
    except ValueError:
        return None
