"""The names in a project file: namespaces, keys of their KV stores, secrets."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.source.nodes import Node, follow
from tiercel_schemas.source.parser import SourceFile
from tiercel_server.analysis.mappings import find_value
from tiercel_server.analysis.names.flows import in_order
from tiercel_server.analysis.names.model import Name, Occurrence
from tiercel_server.analysis.names.scalars import items_of, keys_of, literal
from tiercel_server.analysis.names.scalars import whole_scalar as scalar

_DEEPEST = 20


def project_occurrences(source: SourceFile) -> tuple[Occurrence, ...]:
    """Every name in a `tiercel.yaml`, in the order of the text."""
    return in_order(each for document in source.documents for each in _project(follow(document.root), source))


def _project(root: Node | None, source: SourceFile) -> Iterator[Occurrence]:
    text = source.text
    for key, value in keys_of(find_value(root, "namespaces")):
        yield scalar(Name("namespace", key.value), key, "declaration", text)
        for pair, _ in keys_of(find_value(value, "kv")):
            yield scalar(Name("kv", key.value, "", (pair.value,)), pair, "declaration", text)
        yield from _variables(find_value(value, "variables"), key.value, (), source)
    secrets = find_value(root, "secrets")
    listed = [each for item in items_of(secrets) if (each := literal(item)) is not None]
    for each in [*listed, *(key for key, _ in keys_of(secrets))]:
        yield scalar(Name("secret", "", "", (each.value,)), each, "declaration", text)


def _variables(node: Node | None, namespace: str, above: tuple[str, ...], source: SourceFile) -> Iterator[Occurrence]:
    for key, value in keys_of(node):
        steps = (*above, key.value)
        yield scalar(Name("namespace-variable", namespace, "", steps), key, "declaration", source.text)
        if len(steps) < _DEEPEST:
            yield from _variables(follow(value), namespace, steps, source)
