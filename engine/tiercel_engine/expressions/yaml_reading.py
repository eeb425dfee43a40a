"""YAML read as Jackson reads it on SnakeYAML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml
from yaml.reader import ReaderError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_DEPTH = 500
_MAX_EXPLAINED = 100_000
_TAGS = "tag:yaml.org,2002:"

_TRUE = frozenset("y Y yes Yes YES true True TRUE on On ON".split())  # noqa: SIM905
_FALSE = frozenset("n N no No NO false False FALSE off Off OFF".split())  # noqa: SIM905
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9_]*|0[0-7_]+|0b[01_]+|0x[0-9a-fA-F_]+)")
_ODD = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_DECIMAL = re.compile(r"[-+]?(?:[0-9][0-9_]*)?\.?[0-9]+(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*\.(?:[eE][-+]?[0-9]+)?")


class YamlError(ValueError):
    """Text that is no YAML; the message is SnakeYAML's as far as it is known."""


def read_yaml(text: str) -> Any:
    """The first document of a text. Raises YamlError."""
    loader = yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader
    events = _Events(text, loader)
    try:
        return events.document()
    except yaml.YAMLError:
        # The loader in Python words its complaints as SnakeYAML does, and reads some texts that the one in C refuses.
        if len(text) > _MAX_EXPLAINED:
            raise YamlError("The text can't be read") from None
    except ValueError as error:
        raise YamlError(str(error)) from None
    return _explained(text)


def _explained(text: str) -> Any:
    events = _Events(text, yaml.SafeLoader)
    try:
        return events.document()
    except _NoContentError:
        raise YamlError(f"No content to map due to end-of-input{events.place()}") from None
    except ReaderError:
        raise YamlError(f"special characters are not allowed{events.place()}") from None
    except yaml.MarkedYAMLError as error:
        raise YamlError(f"{_complaint(text, error)}\n{events.place()}") from None
    except (yaml.YAMLError, ValueError) as error:
        raise YamlError(str(error)) from None


class _NoContentError(yaml.YAMLError):
    """A text without a document."""


class _Events:
    """The events of a text, read one by one; knows where the last one ended."""

    def __init__(self, text: str, loader: Any) -> None:
        self._text = text
        self._loader = loader
        self._last: Any = None

    def document(self) -> Any:
        """The value of the first document. Raises YAMLError."""
        events = iter(self)
        for event in events:
            if isinstance(event, yaml.NodeEvent):
                return _value(event, events, 0)
        raise _NoContentError

    def __iter__(self) -> Iterator[yaml.Event]:
        for event in yaml.parse(self._text, Loader=self._loader):
            self._last = event
            yield event

    def place(self) -> str:
        """Where the last event ended, in Jackson's words."""
        mark = None if self._last is None else self._last.end_mark
        line, column = (0, 0) if mark is None else (mark.line, mark.column)
        return f"\n at [Source: (StringReader); line: {line + 1}, column: {column + 1}]"


_NO_START = re.compile(r"found character ['\"](\\t|.)['\"] that cannot start any token")
_NO_COMMA = re.compile(r"(expected ',' or '[\]}]', but got) '(.*)'")
_ESCAPE = re.compile(r"(expected escape sequence of ([0-9]) )hexdecimal( numbers, but found) .*", re.DOTALL)
_CHARACTER = re.compile(
    r"((?:expected chomping or indentation indicators, but found|found unknown escape character)) ['\"](.)['\"]"
)


def _complaint(text: str, error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "unreadable"
    start = _NO_START.fullmatch(problem)
    if start:
        found = "\\t(TAB)" if start[1] == "\\t" else start[1]
        problem = f"found character '{found}' that cannot start any token. (Do not use {found} for indentation)"
    problem = _NO_COMMA.sub(r"\1 \2", problem)
    problem = _CHARACTER.sub(lambda match: f"{match[1]} {match[2]}({ord(match[2])})", problem)
    escape, mark = _ESCAPE.fullmatch(problem), error.problem_mark
    if escape and mark is not None:
        problem = f"{escape[1]}hexadecimal{escape[3]}: {text[mark.index : mark.index + int(escape[2])]}"
    lines = re.split("\r\n|[\r\n\x85\u2028\u2029]", text)
    parts = [error.context or "", _marked(lines, error.context_mark), problem, _marked(lines, error.problem_mark)]
    return "\n".join(part for part in parts if part)


def _marked(lines: list[str], mark: Any) -> str:
    if mark is None:
        return ""
    line = lines[mark.line] if mark.line < len(lines) else ""
    return f" in 'reader', line {mark.line + 1}, column {mark.column + 1}:\n    {line}\n    {' ' * mark.column}^"


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
        if not event.style and _ODD.fullmatch(text):
            mark = event.end_mark
            place = f" at [Source: (StringReader); line: {mark.line + 1}, column: {mark.column + 1}]"
            raise YamlError(f"Malformed numeric value '{text}'\n{place}")
        return scalar(text, plain=not event.style)
    if tag == "null":
        return None
    value = scalar(text, plain=True) if tag in ("int", "float", "bool") else text
    return float(value) if tag == "float" and isinstance(value, int) and not isinstance(value, bool) else value


def key_text(found: Any) -> str:
    """The key that an event or a node gives. Raises YamlError."""
    if isinstance(found, yaml.ScalarEvent | yaml.ScalarNode):
        return str(found.value)
    if isinstance(found, yaml.AliasEvent):
        return str(found.anchor)
    kind = "Mapping" if isinstance(found, yaml.MappingStartEvent | yaml.MappingNode) else "Sequence"
    shown = f"<org.yaml.snakeyaml.events.{kind}StartEvent(anchor=null, tag=null, implicit=true)>"
    mark = found.end_mark
    place = f" at [Source: (StringReader); line: {mark.line + 1}, column: {mark.column + 1}]"
    raise YamlError(f"Expected a field name (Scalar value in YAML), got this instead: {shown}\n{place}")


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
    if digits.startswith(("0x", "0b")):
        return sign * int(digits, 0)
    if len(digits) > 1 and digits.startswith("0"):
        return sign * int(digits, 8)
    return sign * int(digits)
