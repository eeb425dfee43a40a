"""Findings in a project file beyond those of its model: codes of rules that there are not."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.source.locate import node_at
from tiercel_schemas.source.nodes import MappingNode, Node, ScalarNode, SequenceNode
from tiercel_server.workspace import DocumentSnapshot

CODE = "project-file"


def rule_findings(snapshot: DocumentSnapshot, known: Collection[str]) -> Iterator[Diagnostic]:
    """The codes of no rule among those that are set or ignored."""
    root = snapshot.source.documents[0].root if snapshot.source.documents else None
    for node in _codes(root):
        if node.value in known:
            continue
        near = difflib.get_close_matches(node.value, list(known), 1)
        data = {"suggestions": near} if near else {}
        meant = f"; `{near[0]}` is near" if near else ""
        yield Diagnostic(CODE, Severity.WARNING, f"No rule is called `{node.value}`{meant}", node.span, data=data)


def _codes(root: Node | None) -> Iterator[ScalarNode]:
    severity, ignore = node_at(root, ("rules", "severity")), node_at(root, ("rules", "ignore"))
    if isinstance(severity, MappingNode):
        yield from (pair.key for pair in severity.pairs if isinstance(pair.key, ScalarNode))
    if isinstance(ignore, SequenceNode):
        yield from (item for item in ignore.items if isinstance(item, ScalarNode))
