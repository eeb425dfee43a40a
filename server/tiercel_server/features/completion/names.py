"""Names that the workspace knows: namespace files, keys, secrets, labels, namespaces, states, by place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tiercel_schemas.source.locate import node_at
from tiercel_schemas.source.nodes import MappingNode, Node
from tiercel_schemas.source.spans import Span
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.mappings import find_text
from tiercel_server.features.completion.items import CompletionItem, fits
from tiercel_server.features.cursor import Cursor
from tiercel_server.features.surroundings import Surroundings

_KV_TASKS = frozenset({"Get", "Set", "Delete"})
_TRIGGER_IDS = frozenset({"trigger", "triggerId"})
_FILE_LISTS = frozenset({"include", "exclude"})
_SYSTEM_LABELS = ("system.readOnly", "system.correlationId", "system.username")
_STATES = (
    *("SUCCESS", "FAILED", "WARNING", "KILLED", "CANCELLED", "RUNNING", "PAUSED"),
    *("CREATED", "QUEUED", "RESTARTED", "RETRYING", "RETRIED", "SKIPPED", "KILLING"),
)


def namespace_of(flow: FlowAnalysis | None) -> str:
    """The namespace of a flow, "" where none is written."""
    return flow.outline.namespace.value if flow is not None and flow.outline.namespace is not None else ""


def offered_names(names: Iterable[str], typed: str, span: Span, detail: str) -> Iterator[CompletionItem]:
    """Names that fit what is typed, those that begin so first."""
    for order, name in enumerate(names):
        if fits(typed, name):
            rank = 4 if name.lower().startswith(typed.lower()) else 5
            yield CompletionItem(name, "reference", name, span, detail=detail, rank=rank, order=order)


def offered_states(typed: str, span: Span) -> Iterator[CompletionItem]:
    """States of executions and task runs."""
    return offered_names(_STATES, typed, span, "state")


def offered_labels(
    cursor: Cursor, root: Node | None, flow: FlowAnalysis | None, around: Surroundings
) -> Iterator[CompletionItem]:
    """Keys of labels, where labels are written as a map: those that other flows bear, and the system's own."""
    if not cursor.path or cursor.path[-1] != "labels" or cursor.behind_dash:
        return
    given = node_at(root, cursor.path)
    pairs = given.pairs if isinstance(given, MappingNode) else []
    present = {pair.name for pair in pairs if not pair.key.span.contains(cursor.offset)}
    used = sorted({key for known in around.flows.flows.values() for key, _ in known.labels})
    own = [each.key for each in flow.outline.labels] if flow is not None else []
    for order, key in enumerate(dict.fromkeys([*used, *own, *_SYSTEM_LABELS])):
        if key not in present and key != cursor.prefix and fits(cursor.prefix, key):
            insert = key + ("" if cursor.before_colon else ": ")
            rank = 7 if key in _SYSTEM_LABELS else 4
            yield CompletionItem(key, "property", insert, cursor.span, detail="label", rank=rank, order=order)


def _label_values(cursor: Cursor, around: Surroundings, key: str) -> Iterator[CompletionItem]:
    values = {value for known in around.flows.flows.values() for name, value in known.labels if name == key and value}
    yield from offered_names(sorted(values), cursor.prefix, cursor.span, f"value of {key}")


def offered_at_path(
    cursor: Cursor, root: Node | None, flow: FlowAnalysis | None, around: Surroundings
) -> Iterator[CompletionItem]:
    """What the workspace knows that may stand as the value or item at the cursor."""
    path = cursor.path
    if not path:
        return
    inner = path[:-1] if isinstance(path[-1], int) else path
    if len(inner) >= 2 and inner[-1] in _FILE_LISTS and inner[-2] == "namespaceFiles":
        yield from _files(cursor, namespace_of(flow), around)
    elif len(path) >= 2 and path[-2] == "labels" and isinstance(path[-1], str):
        yield from _label_values(cursor, around, path[-1])
    elif len(path) >= 3 and path[-3] == "labels" and path[-1] == "value":
        yield from _label_values(cursor, around, find_text(node_at(root, path[:-1]), "key") or "")
    elif len(path) >= 3 and path[-3] == "labels" and path[-1] == "key":
        used = sorted({key for known in around.flows.flows.values() for key, _ in known.labels})
        yield from offered_names([*used, *_SYSTEM_LABELS], cursor.prefix, cursor.span, "label")
    elif path[-1] == "key":
        owner = node_at(root, path[:-1])
        package, _, simple = (find_text(owner, "type") or "").rpartition(".")
        if package.endswith(".kv") and simple in _KV_TASKS:
            namespace = find_text(owner, "namespace") or namespace_of(flow)
            yield from offered_names(around.kv_of(namespace), cursor.prefix, cursor.span, "key of the KV store")
    elif path[-1] in _TRIGGER_IDS and flow is not None:
        owner = node_at(root, path[:-1])
        if (find_text(owner, "type") or "").endswith(".Toggle") and _is_own(owner, flow):
            ids = [each.id for each in flow.outline.triggers if each.id]
            yield from offered_names(ids, cursor.prefix, cursor.span, "trigger of this flow")


def _is_own(owner: Node | None, flow: FlowAnalysis) -> bool:
    """Whether an object that names a flow means the one it stands in."""
    own_id = flow.outline.id.value if flow.outline.id is not None else ""
    return (find_text(owner, "flowId") or own_id) == own_id and (
        find_text(owner, "namespace") or namespace_of(flow)
    ) == namespace_of(flow)


def _files(cursor: Cursor, namespace: str, around: Surroundings) -> Iterator[CompletionItem]:
    files = around.files_of(namespace)
    folders = dict.fromkeys(file.rpartition("/")[0] + "/**" for file in files if "/" in file)
    yield from offered_names(files, cursor.prefix, cursor.span, "namespace file")
    yield from offered_names(folders, cursor.prefix, cursor.span, "all below a folder")
