"""Which YAML documents are flows: told by their content, so that other YAML in a workspace is left alone."""

from __future__ import annotations

import re

from tiercel_schemas.source.nodes import MappingNode, Node, ScalarNode, SequenceNode, follow
from tiercel_server.analysis.mappings import find_text, find_value

_TASK_KEYS = ("tasks", "triggers", "errors", "finally", "afterExecution")
_FOREIGN_KEYS = frozenset(
    {"apiVersion", "kind", "services", "jobs", "stages", "hosts", "testCases", "charts", "timeWindow", "layout"}
)
_PLUGIN_PREFIX = "io.kestra."


_KEY_LINE = re.compile(r"^(id|namespace|tasks|triggers|inputs)[ \t]*:", re.MULTILINE)


def reads_like_flow(text: str) -> bool:
    """Whether the lines of a text that YAML can't read are those of a flow."""
    return len(set(_KEY_LINE.findall(text))) > 1 and ("io.kestra." in text or "tasks:" in text)


def is_flow(root: Node | None) -> bool:
    """Whether a document is a flow, half-typed ones included.

    A mapping with a list of typed tasks or triggers of Kestra is one; so is one with `id` and `namespace`, or `id` and
    `tasks`, unless it bears the marks of something else (a unit test suite, a dashboard, an app, another tool's file).
    """
    root = follow(root)
    if not isinstance(root, MappingNode):
        return False
    names = {pair.name for pair in root.pairs}
    if names & _FOREIGN_KEYS or (find_text(root, "type") or "").startswith(_PLUGIN_PREFIX):
        return False
    if any(_lists_plugins(find_value(root, key)) for key in _TASK_KEYS):
        return True
    if "id" in names and "namespace" in names:
        return True
    tasks = find_value(root, "tasks")
    return "tasks" in names and bool(names & {"id", "namespace"}) and not isinstance(tasks, MappingNode)


def _lists_plugins(node: Node | None) -> bool:
    if not isinstance(node, SequenceNode):
        return False
    items = (follow(item) for item in node.items)
    types = (find_value(item, "type") for item in items if isinstance(item, MappingNode))
    return any(isinstance(each, ScalarNode) and each.value.startswith(_PLUGIN_PREFIX) for each in types)
