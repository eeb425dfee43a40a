"""Comments that silence findings: on their line, on the next, or in the whole file.

`# tiercel: ignore[code, code]`, `# tiercel: ignore-next-line[code]`, `# tiercel: ignore-file[code]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tiercel_schemas.diagnostics import Diagnostic
from tiercel_schemas.source.nodes import ScalarNode, walk
from tiercel_schemas.source.parser import SourceFile
from tiercel_schemas.source.spans import Span

_COMMENT = re.compile(r"#\s*tiercel:\s*(ignore(?:-next-line|-file)?)\s*(?:\[([^\]\n]*)\])?")
_CODE = re.compile(r"[^\s,]+")
Reach = Literal["ignore", "ignore-next-line", "ignore-file"]


@dataclass(frozen=True, slots=True)
class SuppressedCode:
    """One code in a comment, with its place."""

    code: str
    span: Span


@dataclass(frozen=True, slots=True)
class Suppression:
    """A comment; `codes` is empty where it names none. `line` is the line that it silences, None for all."""

    reach: Reach
    codes: tuple[SuppressedCode, ...]
    span: Span
    line: int | None


def find_suppressions(source: SourceFile) -> tuple[Suppression, ...]:
    """The comments of a text that silence findings."""
    text = source.text.text
    if "tiercel:" not in text:
        return ()
    scalars = [node.span for document in source.documents if document.root is not None
               for _, node in walk(document.root) if isinstance(node, ScalarNode)]  # fmt: skip
    return tuple(
        _read(source, match)
        for match in _COMMENT.finditer(text)
        if not any(span.start <= match.start() < span.end for span in scalars)
    )


def apply_suppressions(
    source: SourceFile, findings: Iterable[Diagnostic], suppressions: tuple[Suppression, ...]
) -> tuple[list[Diagnostic], list[SuppressedCode]]:
    """The findings that no comment silences, and the codes in comments that silenced nothing."""
    used: set[Span] = set()
    kept: list[Diagnostic] = []
    for finding in findings:
        line = source.text.line_at(finding.span.start)
        hits = [
            code.span
            for each in suppressions
            if each.line is None or each.line == line
            for code in each.codes
            if code.code == finding.code
        ]
        used.update(hits)
        if not hits:
            kept.append(finding)
    return kept, [code for each in suppressions for code in each.codes if code.span not in used]


def _read(source: SourceFile, match: re.Match[str]) -> Suppression:
    reach: Reach = "ignore"
    line: int | None = source.text.line_at(match.start())
    if match[1] == "ignore-file":
        reach, line = "ignore-file", None
    elif match[1] == "ignore-next-line":
        reach, line = "ignore-next-line", source.text.line_at(match.start()) + 1
    codes = tuple(
        SuppressedCode(code[0], Span(match.start(2) + code.start(), match.start(2) + code.end()))
        for code in _CODE.finditer(match[2] or "")
    )
    return Suppression(reach, codes, Span(match.start(), match.end()), line)
