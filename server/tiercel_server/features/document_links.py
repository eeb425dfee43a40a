"""Links in a document: to the flows that it calls, the files of its namespace, and the pages of its plugins.

What a link leads to is told as plain data; whoever may look at files turns it into an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.source.nodes import MappingNode, ScalarNode, walk
from tiercel_schemas.source.spans import Span
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.names.context import OwnFlow
from tiercel_server.analysis.names.scalars import content_span, items_of, literal, part_span, text_of
from tiercel_server.features.navigation import Location
from tiercel_server.workspace import DocumentSnapshot
from tiercel_server.workspace.index import NO_INDEX, WorkspaceIndex

_NAMESPACE_FILE = re.compile(r"nsfile://(?P<space>[^/\s'\"{}]*)/(?P<path>[^\s'\"{}<>|;,()]+)")
_PAGES = "https://kestra.io/plugins/"
_FILE_FUNCTIONS = frozenset({"read", "fileExists", "fileSize", "isFileEmpty"})


@dataclass(frozen=True, slots=True)
class NamespaceFile:
    """A file of a namespace, by its path there."""

    namespace: str
    path: str


@dataclass(frozen=True, slots=True)
class DocumentLink:
    """A link: `target` is a place in a document, a file of a namespace, or the address of a page."""

    span: Span
    target: Location | NamespaceFile | str
    hint: str


def document_links(snapshot: DocumentSnapshot, index: WorkspaceIndex = NO_INDEX) -> tuple[DocumentLink, ...]:
    """The links of a document, in the order of the text."""
    found = [*_flows(snapshot, index), *_types(snapshot)]
    for flow in snapshot.flows:
        found.extend(_files(flow))
    return tuple(sorted(dict.fromkeys(found), key=lambda each: each.span))


def _flows(snapshot: DocumentSnapshot, index: WorkspaceIndex) -> Iterator[DocumentLink]:
    for each in snapshot.occurrences:
        if each.name.kind != "flow" or each.role == "declaration" or each.form == "implied":
            continue
        for found in index.declaring((each.name.namespace, each.name.flow), snapshot.project)[:1]:
            hint = f"Open the flow {each.name.namespace}.{each.name.flow}"
            yield DocumentLink(each.span, Location(found.document, found.entry.id_span), hint)


def _types(snapshot: DocumentSnapshot) -> Iterator[DocumentLink]:
    for flow in snapshot.flows:
        for each in snapshot.occurrences:
            if each.name.kind == "plugin" and flow.root.span.contains(each.span.start):
                plugin = flow.catalog.plugin(each.name.text)
                if plugin is not None and plugin.artifact.startswith("io.kestra"):
                    artifact = plugin.artifact.rpartition(":")[2]
                    yield DocumentLink(each.span, _PAGES + artifact, f"Open the documentation of {artifact}")


def _files(flow: FlowAnalysis) -> Iterator[DocumentLink]:
    namespace, text = OwnFlow(flow).id[0], flow.source.text
    for value in flow.values:
        if "nsfile://" in value.node.value:
            for match in _NAMESPACE_FILE.finditer(value.node.value):
                target = NamespaceFile(match["space"] or namespace, match["path"])
                yield _file(part_span(value.node, match.start(), match.end(), text), target)
    for use in flow.uses:
        first = use.arguments[0].value if use.arguments else None
        if use.kind == "function" and use.name in _FILE_FUNCTIONS and isinstance(first, n.StringLiteral):
            yield from _path(use.site.text_span(first.value_span), first.value, namespace)
    for _, node in walk(flow.root):
        if isinstance(node, MappingNode) and isinstance(files := node.get("namespaceFiles"), MappingNode):
            for item in items_of(files.get("include")):
                if isinstance(item, ScalarNode) and (found := literal(item)) is not None:
                    spaces = [each.value for each in items_of(files.get("namespaces")) if isinstance(each, ScalarNode)]
                    space = spaces[0] if spaces else text_of(files, "namespace") or namespace
                    yield from _path(content_span(found, text), found.value, space)


def _path(span: Span, path: str, namespace: str) -> Iterator[DocumentLink]:
    if path and ":" not in path and not set("*?{[") & set(path):
        yield _file(span, NamespaceFile(namespace, path.lstrip("/")))


def _file(span: Span, target: NamespaceFile) -> DocumentLink:
    return DocumentLink(span, target, f"Open {target.path} of the namespace {target.namespace}")
