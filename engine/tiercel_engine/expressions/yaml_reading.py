"""YAML read as Jackson reads it on SnakeYAML."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tiercel_engine.expressions.limits import MAX_STEPS

_TRUE = frozenset("y Y yes Yes YES true True TRUE on On ON".split())  # noqa: SIM905
_FALSE = frozenset("n N no No NO false False FALSE off Off OFF".split())  # noqa: SIM905
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9_]*|0o?[0-7_]+|0x[0-9a-fA-F_]+)")
_DECIMAL = re.compile(r"[-+]?(?:[0-9][0-9_]*)?\.?[0-9]+(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*\.(?:[eE][-+]?[0-9]+)?")


class YamlError(ValueError):
    """Text that is no YAML; the message is SnakeYAML's as far as it is known."""


class _Budget:
    def __init__(self) -> None:
        self.left = MAX_STEPS

    def take(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise YamlError("The document is too large")


def read_yaml(text: str) -> Any:
    """The first document of a text. Raises YamlError."""
    try:
        loader = yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader
        node = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        raise YamlError(_explained(text, error)) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise YamlError(str(error)) from None
    try:
        return None if node is None else _value(node, _Budget())
    except RecursionError:
        raise YamlError("The document is nested too deeply") from None


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


def _value(node: yaml.Node, budget: _Budget) -> Any:
    budget.take()
    if isinstance(node, yaml.MappingNode):
        return {_key(key): _value(value, budget) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, budget) for item in node.value]
    return scalar(str(node.value), plain=not getattr(node, "style", None))


def _key(node: yaml.Node) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else "?"


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
