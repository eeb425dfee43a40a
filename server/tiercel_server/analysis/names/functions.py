"""Names that stand as texts in calls: keys of the KV store, secrets, other flows, outputs of loops."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tiercel_schemas.expressions import nodes as n
from tiercel_server.analysis.names.calls import namespaces_above
from tiercel_server.analysis.names.context import ForeignFlow, OwnFlow
from tiercel_server.analysis.names.model import Name, Occurrence, Role
from tiercel_server.analysis.references import Use, literal_path


def called_names(use: Use, own: OwnFlow) -> Iterator[Occurrence]:
    """The things that a call names by text."""
    find = _FUNCTIONS.get(use.name) if use.kind == "function" else None
    if find is not None:
        yield from find(use, own)


def _argument(use: Use, place: int, name: str) -> n.Expression | None:
    positional = [each.value for each in use.arguments if each.name is None]
    named = next((each.value for each in use.arguments if each.name == name), None)
    return named if named is not None else positional[place] if place < len(positional) else None


def _text(use: Use, node: n.Expression | None, name: Name, role: Role = "reference") -> Iterator[Occurrence]:
    if isinstance(node, n.StringLiteral) and node.value:
        span = use.site.text_span(node.value_span)
        yield Occurrence(name, span, role, "string", use.site.text_span(node.span))


def _value(node: n.Expression | None, default: str) -> str | None:
    if node is None:
        return default
    return node.value if isinstance(node, n.StringLiteral) else None


def _kv(use: Use, own: OwnFlow) -> Iterator[Occurrence]:
    key, written = _argument(use, 0, "key"), _argument(use, 1, "namespace")
    namespace = _value(written, own.id[0])
    if namespace is None:
        return
    if isinstance(key, n.StringLiteral):
        yield from _text(use, key, Name("kv", namespace, "", (key.value,)))
        for above in namespaces_above(namespace):
            yield from (each._replace(certain=False) for each in _text(use, key, Name("kv", above, "", (key.value,))))
    yield from _text(use, written, Name("namespace", namespace))


def _secret(use: Use, own: OwnFlow) -> Iterator[Occurrence]:
    del own
    key = _argument(use, 0, "key")
    if isinstance(key, n.StringLiteral):
        yield from _text(use, key, Name("secret", "", "", (key.value,)))


def _subflow(use: Use, own: OwnFlow) -> Iterator[Occurrence]:
    written, flow_id = _argument(use, 0, "namespace"), _argument(use, 1, "id")
    namespace = _value(written, own.id[0])
    if namespace is None or not isinstance(flow_id, n.StringLiteral):
        return
    yield from _text(use, written, Name("namespace", namespace))
    target = ForeignFlow((namespace, flow_id.value))
    yield from _text(use, flow_id, target.name("flow"), "call")
    given = _argument(use, 2, "inputs")
    for key, _ in given.entries if isinstance(given, n.MapLiteral) else ():
        if isinstance(key, n.StringLiteral):
            yield from _text(use, key, target.name("input", *key.value.split(".")))


def _loop_outputs(use: Use, own: OwnFlow) -> Iterator[Occurrence]:
    listed, key = _argument(use, 0, "outputs"), _argument(use, 1, "name")
    path = literal_path(listed) if listed is not None else None
    if path is not None and path[0] == "outputs" and len(path) > 1 and isinstance(key, n.StringLiteral):
        yield from _text(use, key, own.name("loop-output", str(path[1]), key.value))


_FUNCTIONS: Mapping[str, Callable[[Use, OwnFlow], Iterator[Occurrence]]] = {
    "kv": _kv,
    "secret": _secret,
    "subflow": _subflow,
    "loopOutputs": _loop_outputs,
}
