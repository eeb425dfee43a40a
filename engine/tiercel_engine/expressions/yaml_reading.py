"""YAML read as Jackson reads it on SnakeYAML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_DEPTH = 500
_TAGS = "tag:yaml.org,2002:"

_TRUE = frozenset("y Y yes Yes YES true True TRUE on On ON".split())  # noqa: SIM905
_FALSE = frozenset("n N no No NO false False FALSE off Off OFF".split())  # noqa: SIM905
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9_]*|0o?[0-7_]+|0x[0-9a-fA-F_]+)")
_DECIMAL = re.compile(r"[-+]?(?:[0-9][0-9_]*)?\.?[0-9]+(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*\.(?:[eE][-+]?[0-9]+)?")


class YamlError(ValueError):
    """Text that is no YAML; the message is SnakeYAML's as far as it is known."""


def read_yaml(text: str) -> Any:
    """The first document of a text. Raises YamlError."""
    loader = yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader
    try:
        events = yaml.parse(text, Loader=loader)
        for event in events:
            if isinstance(event, yaml.NodeEvent):
                return _value(event, events, 0)
    except yaml.MarkedYAMLError as error:
        raise YamlError(_explained(text, error)) from None
    except (yaml.YAMLError, ValueError) as error:
        raise YamlError(str(error)) from None
    return None


def _explained(text: str, error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark
    problem = error.problem or "unreadable"
    if problem == "mapping values are not allowed in this context":
        problem = "mapping values are not allowed here"
    if mark is None:
        return problem
    lines = text.splitlines() or [""]
    line = lines[mark.line] if mark.line < len(lines) else ""
    place = f"line {mark.line + 1}, column {mark.column + 1}"
    pointer = f"    {line}\n    {' ' * mark.column}^\n"
    where = f" at [Source: (StringReader); line: {mark.line + 1}, column: {mark.column + 1}]"
    return f"{problem}\n in 'reader', {place}:\n{pointer}\n{where}"


def _value(event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Any:
    """The value that begins with an event. An alias is the text of its name: Jackson follows none."""
    if depth > _MAX_DEPTH:
        raise YamlError(f"Document nesting depth ({depth}) exceeds the maximum allowed ({_MAX_DEPTH})")
    if isinstance(event, yaml.MappingStartEvent):
        entries: dict[str, Any] = {}
        while not isinstance(key := next(events), yaml.MappingEndEvent):
            name = key_text(key)
            entries[name] = _value(next(events), events, depth + 1)
        return entries
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[Any] = []
        while not isinstance(item := next(events), yaml.SequenceEndEvent):
            items.append(_value(item, events, depth + 1))
        return items
    if isinstance(event, yaml.AliasEvent):
        return str(event.anchor)
    return _scalar(event)


def _scalar(event: Any) -> Any:
    text, tag = str(event.value), (event.tag or "").removeprefix(_TAGS)
    if tag in ("", "!"):
        return scalar(text, plain=not event.style)
    return scalar(text, plain=True) if tag in ("int", "float", "bool", "null") else text


def key_text(found: Any) -> str:
    """The key that an event or a node gives. Raises YamlError."""
    if isinstance(found, yaml.ScalarEvent | yaml.ScalarNode):
        return str(found.value)
    if isinstance(found, yaml.AliasEvent):
        return str(found.anchor)
    raise YamlError("Expected a field name (Scalar value in YAML), got a list or a map instead")


def scalar(text: str, *, plain: bool) -> Any:
    """The value of a scalar; a quoted one is text."""
    if not plain:
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE if len(text) > 1 else text
    if _WHOLE.fullmatch(text) and len(text) < 1000:
        return _whole(text.replace("_", ""))
    if _DECIMAL.fullmatch(text):
        return float(text.replace("_", ""))
    return text


def _whole(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("+-")
    if digits[:2].lower() == "0x":
        return sign * int(digits, 16)
    if len(digits) > 1 and digits.startswith("0"):
        return sign * int(digits.lower().replace("o", ""), 8)
    return sign * int(digits)
