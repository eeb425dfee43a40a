"""Comments that silence a finding, on its line or in the file, and the page that explains it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tiercel_schemas.source.nodes import ScalarNode, walk
from tiercel_schemas.source.spans import Span
from tiercel_server.features.code_actions.blocks import line_end
from tiercel_server.features.code_actions.model import QUICK_FIX, ActionPlace, Change, CodeAction, Edit, offers

EXPLAIN_COMMAND = "tiercel.explain"


@offers
def suppressions(place: ActionPlace) -> Iterator[CodeAction]:
    """Silence each code of the selection, or read about it."""
    found = {each.code: each for each in reversed(place.findings) if each.code in place.codes}
    for code, finding in reversed(found.items()):
        yield CodeAction(f"Explain `{code}`", QUICK_FIX, findings=(finding,), command=(EXPLAIN_COMMAND, (code,)))
        line = place.snapshot.text.line_at(finding.span.start)
        if not _ends_inside_text(place, line):
            yield CodeAction(
                f"Ignore `{code}` on this line", QUICK_FIX, partial(_on_line, place, code, line), (finding,)
            )
        yield CodeAction(f"Ignore `{code}` in this file", QUICK_FIX, partial(_in_file, place, code), (finding,))


def _on_line(place: ActionPlace, code: str, line: int) -> Change:
    text = place.snapshot.text
    for known in place.silencers:
        if known.line == line:
            return _added(known.end, code)
    start = text.line_starts[line]
    content = text.line_text(line)
    return Change((Edit(Span(start + len(content.rstrip()), start + len(content)), f"  # tiercel: ignore[{code}]"),))


def _in_file(place: ActionPlace, code: str) -> Change:
    for known in place.silencers:
        if known.line is None:
            return _added(known.end, code)
    comment = f"# tiercel: ignore-file[{code}]{line_end(place.snapshot.text)}"
    start = 1 if place.text.startswith("\ufeff") else 0
    return Change((Edit(Span(start, start), comment),))


def _added(offset: int, code: str) -> Change:
    return Change((Edit(Span(offset, offset), f", {code}"),))


def _ends_inside_text(place: ActionPlace, line: int) -> bool:
    """Whether the end of a line belongs to a scalar, so that a comment there would be part of it."""
    text = place.snapshot.text
    end = text.line_starts[line] + len(text.line_text(line))
    for document in place.snapshot.source.documents:
        for _, node in walk(document.root) if document.root is not None else ():
            if isinstance(node, ScalarNode) and node.span.start < end < node.span.end:
                is_header = node.style in {"literal", "folded"} and text.line_at(node.span.start) == line
                if not is_header:
                    return True
    return False
