"""What stands behind a name beyond what types tell: outputs of scripts and subflows, and what the last run gave."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.source.nodes import MappingNode, Node, ScalarNode
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.mappings import effective_pairs, find_items, find_text, find_value
from tiercel_server.analysis.scopes import Scope
from tiercel_server.analysis.shapes import ANY, STRING, MapShape, Shape, input_shape, member
from tiercel_server.analysis.symbols import TaskSymbol
from tiercel_server.features.expression_shapes import Locals, shape_of, static_path
from tiercel_server.features.seen_values import seen_run, seen_value, shape_of_value
from tiercel_server.features.surroundings import Surroundings

_SUBFLOWS = frozenset({"io.kestra.plugin.core.flow.Subflow", "io.kestra.plugin.core.flow.Flow"})
_TEXTS = ("script", "commands", "beforeCommands", "inputFiles")
_PROTOCOL = re.compile(r"::\s*\{\s*\\?[\"']outputs\\?[\"']\s*:\s*\{(.*?)\}\s*\}?\s*::", re.DOTALL)
_KESTRA_CALL = re.compile(r"Kestra\.outputs\(\s*\{(.*?)\}\s*\)", re.DOTALL)
_KEY = re.compile(r"\\?[\"']([A-Za-z_][\w.-]*)\\?[\"']\s*:|(?:^|[{,])\s*([A-Za-z_]\w*)\s*:")
_LONGEST_SCRIPT = 200_000


def members_of(
    target: n.Expression, scope: Scope | None, local: Locals, flow: FlowAnalysis | None, around: Surroundings
) -> Iterator[tuple[str, Shape, str]]:
    """Names behind an expression, each with its shape and a word on it; none twice, the surest first."""
    told: set[str] = set()
    for name, shape, note in _all_members(target, scope, local, flow, around):
        if name not in told:
            told.add(name)
            yield name, shape, note


def _all_members(
    target: n.Expression, scope: Scope | None, local: Locals, flow: FlowAnalysis | None, around: Surroundings
) -> Iterator[tuple[str, Shape, str]]:
    shape = shape_of(target, scope, local)
    if isinstance(shape, MapShape):
        for name, below in shape.keys.items():
            yield name, below, shape.notes.get(name, "")
    path = static_path(target)
    if path is None or flow is None or path[0] in local:
        return
    written = written_shape(path, flow, around)
    if isinstance(written, MapShape):
        for name, below in written.keys.items():
            yield name, below, written.notes.get(name, "")
    if path == ("outputs",) or (path[0] == "inputs" and len(path) == 1):
        return  # Which tasks and inputs there are, the text tells; the last run may be of an older one.
    run = seen_run(flow, around)
    found, value = seen_value(run, path) if run is not None else (False, None)
    if found and isinstance(value, Mapping):
        for name, each in value.items():
            yield str(name), shape_of_value(each), "seen in the last run"


def shape_here(
    target: n.Expression, scope: Scope | None, local: Locals, flow: FlowAnalysis | None, around: Surroundings
) -> Shape:
    """What an expression is like: by its type, else by what the flow's texts or the last run tell."""
    shape = shape_of(target, scope, local)
    if shape != ANY or flow is None:
        return shape
    path = static_path(target)
    if path is None or path[0] in local:
        return shape
    written = written_shape(path, flow, around)
    if written is not None:
        return written
    run = seen_run(flow, around)
    found, value = seen_value(run, path) if run is not None else (False, None)
    return shape_of_value(value) if found else shape


def written_shape(path: tuple[str, ...], flow: FlowAnalysis, around: Surroundings) -> Shape | None:
    """What the text of a script, or the flow that is called, tells of `outputs.ID.…`; None where neither does."""
    if len(path) < 3 or path[0] != "outputs":
        return None
    task = flow.outline.task(path[1])
    if task is None:
        return None
    shape: Shape | None = None
    if path[2] == "outputs" and task.type in _SUBFLOWS:
        shape = _of_subflow(task, around)
    elif path[2] == "vars":
        shape = _named(_script_variables(task), ANY, "output of the script")
    elif path[2] == "outputFiles":
        shape = _named(_literals(task.node, "outputFiles"), STRING, "file that the task keeps")
    for step in path[3:]:
        shape = member(shape, step) if shape is not None else None
    return shape


def _of_subflow(task: TaskSymbol, around: Surroundings) -> Shape | None:
    called = around.flows.get(find_text(task.node, "namespace") or "", find_text(task.node, "flowId") or "")
    if called is None:
        return None
    types = called.output_types or ("",) * len(called.outputs)
    shapes = {name: input_shape(type_) for name, type_ in zip(called.outputs, types, strict=True)}
    notes = dict.fromkeys(called.outputs, f"output of {called.id}")
    return MapShape(MappingProxyType(shapes), notes=MappingProxyType(notes))


def _script_variables(task: TaskSymbol) -> Iterator[str]:
    for text in _texts(task.node):
        for pattern in (_PROTOCOL, _KESTRA_CALL):
            for match in pattern.finditer(text[:_LONGEST_SCRIPT]):
                for key in _KEY.finditer(match[1]):
                    yield key[1] or key[2]


def _texts(node: MappingNode) -> Iterator[str]:
    for name in _TEXTS:
        value = find_value(node, name)
        if isinstance(value, ScalarNode):
            yield value.value
        elif isinstance(value, MappingNode):
            yield from (pair.value.value for pair in effective_pairs(value) if isinstance(pair.value, ScalarNode))
        else:
            yield from (item.value for item in find_items(node, name) if isinstance(item, ScalarNode))


def _literals(node: Node, name: str) -> Iterator[str]:
    for item in find_items(node, name):
        if isinstance(item, ScalarNode) and item.value and not any(sign in item.value for sign in "*?{["):
            yield item.value


def _named(names: Iterator[str], shape: Shape, note: str) -> Shape | None:
    found = dict.fromkeys(names)
    if not found:
        return None
    notes = MappingProxyType(dict.fromkeys(found, note))
    return MapShape(MappingProxyType(dict.fromkeys(found, shape)), open=True, notes=notes)
