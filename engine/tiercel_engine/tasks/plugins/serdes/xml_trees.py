"""XML as plain data: attributes and elements as keys, repeated elements as lists, text typed by its look."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from xml.parsers import expat

from tiercel_engine.tasks.api import TaskFailure

_CONTENT = "content"
_DEEPEST = 512
_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
_CHUNK = 65_536


def read_tree(file: Path, encoding: str, force_list: Iterable[str]) -> dict[str, Any]:
    """The document as `{root element: content}`; raises `TaskFailure`."""
    builder = _Builder(frozenset(force_list), None)
    for _ in builder.parse(file, encoding):
        pass
    return builder.root


def read_elements(file: Path, encoding: str, force_list: Iterable[str], query: str) -> Iterator[Any]:
    """The content of each element at a path (`/catalog/book`), read one by one; raises `TaskFailure`."""
    yield from _Builder(frozenset(force_list), tuple(query.removeprefix("/").split("/"))).parse(file, encoding)


class _Builder:
    """Builds data from the parser's events; what lies at `path` is handed out instead of being kept."""

    def __init__(self, force_list: frozenset[str], path: tuple[str, ...] | None) -> None:
        self.root: dict[str, Any] = {}
        self._force_list = force_list
        self._path = path
        self._names: list[str] = []
        self._nodes: list[dict[str, Any]] = [self.root]
        self._texts: list[list[str]] = [[]]
        self._ready: list[Any] = []

    def parse(self, file: Path, encoding: str) -> Iterator[Any]:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.ordered_attributes = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = _refuse
        try:
            with file.open(encoding=encoding) as source:
                while part := source.read(_CHUNK):
                    parser.Parse(_undeclared(part) if parser.CurrentByteIndex < 1 else part, False)  # noqa: FBT003
                    yield from self._handed_out()
                parser.Parse("", True)  # noqa: FBT003
            yield from self._handed_out()
        except expat.ExpatError as error:
            raise TaskFailure(f"Invalid XML: {error}") from error

    def _handed_out(self) -> Iterator[Any]:
        ready, self._ready = self._ready, []
        yield from ready

    def _start(self, name: str, attributes: list[str]) -> None:
        if len(self._names) > _DEEPEST:
            raise TaskFailure(f"The XML is nested more than {_DEEPEST} deep")
        node: dict[str, Any] = {}
        for key, value in zip(attributes[::2], attributes[1::2], strict=True):
            self._put(node, key, typed(value))
        self._names.append(name)
        self._nodes.append(node)
        self._texts.append([])

    def _text(self, data: str) -> None:
        self._texts[-1].append(data)

    def _end(self, name: str) -> None:
        path = tuple(self._names)
        self._names.pop()
        node, said = self._nodes.pop(), "".join(self._texts.pop()).strip()
        content: Any = node
        if said:
            value = typed(said)
            if node:
                self._put(node, _CONTENT, value)
            else:
                content = value
        elif not node:
            content = ""
        if path == self._path:
            self._ready.append(content)
        elif self._path is None or path[: len(self._path)] == self._path:
            self._put(self._nodes[-1], name, content)

    def _put(self, node: dict[str, Any], name: str, value: Any) -> None:
        before = node.get(name)
        if isinstance(before, list):
            before.append(value)
        elif name in node:
            node[name] = [before, value]
        else:
            node[name] = [value] if name in self._force_list else value


def _refuse(*_: Any) -> None:
    raise TaskFailure("The XML declares entities, which are not read")


def _undeclared(part: str) -> str:
    # The text is decoded already: what it says of its encoding holds no more.
    return re.sub(r"^\ufeff?\s*<\?xml[^>]*\?>", "", part, count=1)


def typed(text: str) -> Any:
    """A text as a truth value, null or number where it looks like one."""
    if text in {"true", "false"}:
        return text == "true"
    if text == "null":
        return None
    if text[:1].isdigit() or text.startswith("-"):
        if _WHOLE.fullmatch(text):
            return -0.0 if text == "-0" else int(text)
        if any(sign in text for sign in ".eE"):
            try:
                number = Decimal(text)
            except InvalidOperation:
                return text
            return number if number.is_finite() else text
    return text
