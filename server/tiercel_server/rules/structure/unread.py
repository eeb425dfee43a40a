"""Objects of which a part could not be read: what they lack may stand just there."""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right

from tiercel_schemas.source.nodes import MappingNode, walk
from tiercel_schemas.source.parser import SourceFile
from tiercel_schemas.source.spans import Span

_UNREADABLE = frozenset({"yaml-syntax", "nested-too-deeply"})
_MOST_FAULTS = 100


class UnreadObjects:
    """Tells, for the place of a finding, whether the object there was read as a whole."""

    def __init__(self, source: SourceFile, root: MappingNode) -> None:
        self._extents: list[Span] = []
        self._partial: set[int] = set()
        faults = [each.span.start for each in source.problems if each.code in _UNREADABLE]
        faults += [span.start for span in source.strays]
        if not faults:
            return
        mappings = [node for _, node in walk(root) if isinstance(node, MappingNode)]
        starts = sorted({pair.key.span.start for node in mappings for pair in node.pairs})
        for node in mappings:
            # An object goes on, unread, until the next key that is not its own.
            after = bisect_left(starts, node.span.end)
            end = starts[after] if after < len(starts) else len(source.text)
            self._extents.append(Span(node.span.start, max(end, node.span.end)))
        self._extents.sort()
        for fault in sorted(faults)[:_MOST_FAULTS]:
            indent = _indent(source, fault)
            inner = self._innermost(fault)
            for index, extent in enumerate(self._extents):
                outdented = extent.start <= fault < extent.end and indent <= _column(source, extent.start)
                if index == inner or outdented:
                    self._partial.add(index)

    def is_partial(self, offset: int) -> bool:
        """Whether something of the innermost object around a place was not read."""
        return self._innermost(offset) in self._partial

    def _innermost(self, offset: int) -> int | None:
        index = bisect_right(self._extents, Span(offset, sys.maxsize)) - 1
        while index >= 0 and self._extents[index].end < offset:
            index -= 1
        return index if index >= 0 else None


def _indent(source: SourceFile, offset: int) -> int:
    line = source.text.line_text(source.text.line_at(offset))
    return len(line) - len(line.lstrip(" "))


def _column(source: SourceFile, offset: int) -> int:
    return offset - source.text.line_starts[source.text.line_at(offset)]
