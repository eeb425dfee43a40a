"""`# tiercel:` comments: what Kestra never sees, with places in the text of the suite.

    # tiercel:
    #   kv: {region: eu}
    #   snapshots:
    #     report: "{{ outputs.report }}"

The comment ends with the first line that is none, or that stands no further right than `tiercel:`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tiercel_schemas.model.unit_test_extras import NO_EXTRAS, Extras, read_extras
from tiercel_schemas.model.unit_test_reading import SuiteError
from tiercel_schemas.source.locate import node_at, span_of
from tiercel_schemas.source.nodes import Node, Path, ScalarNode, follow, walk
from tiercel_schemas.source.parser import SourceDocument, SourceFile, parse_source
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.values import TooManyValuesError, plain_value

_FIRST = re.compile(r"^[ \t]*#(?P<before>[ \t]*)tiercel:[ \t]*\r?$", re.MULTILINE)
_LINE = re.compile(r"^(?P<lead>[ \t]*#)(?P<rest>.*)$")
_PATH: Path = ("tiercel",)


@dataclass(frozen=True, slots=True, eq=False)
class ExtrasComment:
    """A comment that was read. `span` is its first line; `root` the tree of what it holds, in places of the text."""

    span: Span
    root: Node | None
    extras: Extras
    problems: tuple[tuple[Span, str], ...]

    def span_of(self, path: Path) -> Span | None:
        """Where a thing in the comment stands; None where it is not there."""
        return span_of(self.root, (*_PATH, *path)) if node_at(self.root, (*_PATH, *path)) is not None else None


def extras_comments(source: SourceFile, document: SourceDocument) -> Iterator[ExtrasComment]:
    """The `# tiercel:` comments of a document."""
    text = source.text.text
    if "tiercel:" not in text:
        return
    scalars: list[Span] | None = None
    for match in _FIRST.finditer(text, document.span.start, document.span.end):
        if scalars is None:
            scalars = (
                [node.span for _, node in walk(document.root) if isinstance(node, ScalarNode)]
                if (document.root is not None)
                else []
            )
        if not any(span.start <= match.start() < span.end for span in scalars):
            yield _read(text, match)


def _read(text: str, match: re.Match[str]) -> ExtrasComment:
    start = match.end("before")
    column = start - match.start()
    lines, at = [text[start : match.end()]], match.end() + 1
    while at < len(text):
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop
        line = _LINE.match(text[at:stop])
        if line is None:
            break
        rest = line["rest"]
        deeper = len(line["lead"]) + len(rest) - len(rest.lstrip())
        if rest.strip() and deeper <= column:
            break
        lines.append(" " * len(line["lead"]) + rest)
        at = stop + 1
    # Everything before is blank, so that each place in the comment is the place in the text.
    blank = re.sub(r"[^\n]", " ", text[:start])
    found = parse_source(blank + "\n".join(lines))
    span = Span(start, start + len("tiercel:"))
    problems = [(each.span, each.message) for each in found.problems]
    root = follow(found.documents[0].root) if found.documents else None
    extras = NO_EXTRAS
    try:
        value = plain_value(root) if root is not None else None
        extras = read_extras(value.get("tiercel") if isinstance(value, dict) else None)
    except SuiteError as error:
        problems += ((span_of(root, (*_PATH, *each.path)) or span, each.message) for each in error.problems)
    except TooManyValuesError as error:
        problems.append((span, str(error)))
    return ExtrasComment(span, root, extras, tuple(problems))
