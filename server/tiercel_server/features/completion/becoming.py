"""Which documents may become flows: those of which nothing yet says that they are something else."""

from __future__ import annotations

import re

from tiercel_schemas.catalog import Catalog
from tiercel_schemas.source.nodes import MappingNode, Node, ScalarNode, SequenceNode
from tiercel_server.features.cursor import Cursor
from tiercel_server.workspace import DocumentSnapshot
from tiercel_server.workspace.snapshot import ExcludedDocument

_OF_OTHERS = re.compile(
    r"""(?:^|/)(?:
        \.[^/]+                                              # .gitlab-ci.yml, .pre-commit-config.yaml
        | \.(?:github|gitlab|circleci|azure|devcontainer)/.*
        | (?:tiercel|docker-compose|compose|chart|values|kustomization|skaffold|azure-pipelines|bitbucket-pipelines
            |cloudbuild|buildspec|taskfile|mkdocs|openapi|swagger|asyncapi|pnpm-lock|pnpm-workspace|pubspec|environment
            |application|playbook)(?:[.-][^/]*)?\.ya?ml
    )$""",
    re.VERBOSE | re.IGNORECASE,
)
"""Names of files that other tools read: in these an empty text is no flow to be."""
_TASK_LISTS = ("tasks", "triggers", "errors", "finally", "afterExecution")


def may_become_flow(snapshot: DocumentSnapshot, cursor: Cursor) -> bool:
    """Whether a text that is no flow yet may be the beginning of one.

    It may when it holds nothing but keys that flows have, lists of tasks whose items are begun as tasks are, or a
    single word at its left edge; and when its name is not that of another tool's file.
    """
    if isinstance(snapshot, ExcludedDocument) or _OF_OTHERS.search(snapshot.name):
        return False
    roots = [document.root for document in snapshot.source.documents]
    if not all(_may_be_root(root, cursor.offset, snapshot.catalog) for root in roots):
        return False
    root = cursor.document.root if cursor.document is not None else None
    return isinstance(root, MappingNode) or (cursor.role == "key" and not cursor.path)


def _may_be_root(root: Node | None, offset: int, catalog: Catalog) -> bool:
    if root is None:
        return True
    if isinstance(root, ScalarNode):
        return root.span.contains(offset)
    if not isinstance(root, MappingNode) or not _names(root, offset) <= catalog.flow().properties.keys():
        return False
    return all(_may_be_tasks(pair.value, offset) for pair in root.pairs if pair.name in _TASK_LISTS)


def _may_be_tasks(node: Node | None, offset: int) -> bool:
    if isinstance(node, SequenceNode):
        begun = (_names(item, offset) for item in node.items if isinstance(item, MappingNode))
        return all(not names or bool(names & {"id", "type"}) for names in begun)
    return not isinstance(node, MappingNode)


def _names(node: MappingNode, offset: int) -> set[str | None]:
    """The keys of a mapping but the one that is being written."""
    return {pair.name for pair in node.pairs if not pair.key.span.contains(offset)}
