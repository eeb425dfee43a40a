"""Text to tree: a YAML reader that always answers.

The scanner is libyaml through PyYAML, of which the reader that Kestra uses is a port, so both take the same texts for
YAML. Where it stops, the text is mended at the place at fault (a quote or bracket closed, a colon set, or the line left
out) and read again; every mending is reported as a problem.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from tiercel_schemas.source.mending import Mending
from tiercel_schemas.source.nodes import Node
from tiercel_schemas.source.problems import SourceProblem
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.text import SourceText
from tiercel_schemas.source.tree_builder import TreeBuilder


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """One YAML document: its place in the text and its tree, None where it is empty."""

    index: int
    span: Span
    root: Node | None


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A text that was read: its documents, what is wrong with it, and the lines that were left out."""

    text: SourceText
    documents: tuple[SourceDocument, ...]
    problems: tuple[SourceProblem, ...] = ()
    strays: tuple[Span, ...] = field(default=())

    def document_at(self, offset: int) -> SourceDocument | None:
        """The document that holds `offset`; the last one before it when it lies between two."""
        found = None
        for document in self.documents:
            if document.span.start <= offset or found is None:
                found = document
        return found


def parse_source(text: str) -> SourceFile:
    """Read a YAML text into trees with positions; every fault becomes a problem, none is raised."""
    source = SourceText(text)
    mending = Mending(source)
    while True:
        builder = TreeBuilder(mending)
        try:
            for event in _events(mending.current):
                builder.add(event)
        except yaml.YAMLError as error:
            mending.mend(error)
        else:
            break
    documents = tuple(SourceDocument(index, span, root) for index, (span, root) in enumerate(builder.documents))
    problems = sorted((*mending.problems, *builder.problems), key=lambda problem: problem.span)
    return SourceFile(source, documents, tuple(problems), tuple(sorted(mending.strays)))


def _events(text: str) -> Iterator[yaml.Event]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    yield from yaml.parse(text, Loader=loader)
