"""What the expressions of a template name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tiercel_schemas.source.nodes import Path
from tiercel_server.analysis.names.calls import FlowId, awaited_flows, is_flow_trigger, namespaces_above
from tiercel_server.analysis.names.context import ForeignFlow, Home, OwnFlow
from tiercel_server.analysis.names.functions import called_names
from tiercel_server.analysis.names.locals import local_occurrences
from tiercel_server.analysis.names.model import Name, Occurrence
from tiercel_server.analysis.names.steps import implied, step_occurrence
from tiercel_server.analysis.references import Reference, TemplateFacts
from tiercel_server.analysis.symbols import TriggerSymbol

_LOOPS = (".flow.Loop", ".flow.ForEach", ".flow.EachSequential", ".flow.EachParallel", ".flow.ForEachItem")


def template_occurrences(facts: TemplateFacts, own: OwnFlow) -> Iterator[Occurrence]:
    """Every name in one template of a flow."""
    path = facts.site.value.path
    trigger = _trigger_of(own, path)
    upstream = awaited_flows(trigger, own.id[0], path) if trigger and is_flow_trigger(trigger.type) else None
    for reference in facts.references:
        yield from reference_occurrences(reference, own, upstream)
    for use in facts.uses:
        yield from called_names(use, own)
    if facts.local_names:
        yield from local_occurrences(facts, own)


def reference_occurrences(
    reference: Reference, own: OwnFlow, upstream: tuple[FlowId, ...] | None = None
) -> Iterator[Occurrence]:
    """What one name of an expression means; `upstream` are the flows that a Flow trigger evaluates it for."""
    if reference.root == "trigger":
        yield from _of_trigger(reference, own, upstream)
    elif reference.root in {"taskrun", "item", "parent"}:
        yield from _of_loop(reference, own)
    elif upstream is None:
        yield from named_in(reference, own)
    else:
        for flow in upstream:
            yield from named_in(reference, ForeignFlow(flow), certain=len(upstream) == 1)


def named_in(reference: Reference, home: Home, *, certain: bool = True) -> Iterator[Occurrence]:
    """What a name means in a flow."""
    find = _FINDERS.get(reference.root)
    if find is not None and (reference.steps or reference.root == "flow"):
        for each in find(reference, home):
            yield each if certain else each._replace(certain=False)


def _names(reference: Reference) -> tuple[str, ...]:
    return tuple(str(name) for name in reference.names)


def _input(reference: Reference, home: Home) -> Iterator[Occurrence]:
    names = _names(reference)
    if isinstance(home, ForeignFlow):
        for length in range(1, len(names) + 1):
            name = home.name("input", *names[:length])
            yield step_occurrence(reference, name, length - 1, certain=length == 1)
        return
    found = False
    for length in range(1, len(names) + 1):
        symbol = home.inputs.get(names[:length])
        if symbol is not None:
            found = True
            own_steps = length - (len(symbol.parent.steps) if symbol.parent is not None else 0)
            name = home.name("input", *names[:length])
            yield step_occurrence(reference, name, length - 1, first=length - own_steps)
    if not found:
        yield step_occurrence(reference, home.name("input", names[0]), 0)


def _variable(reference: Reference, home: Home) -> Iterator[Occurrence]:
    names = _names(reference)
    known = home.variables if isinstance(home, OwnFlow) else frozenset()
    for length in range(1, len(names) + 1):
        if length == 1 or names[:length] in known:
            yield step_occurrence(reference, home.name("variable", *names[:length]), length - 1)


def _label(reference: Reference, home: Home) -> Iterator[Occurrence]:
    names = _names(reference)
    known = home.labels if isinstance(home, OwnFlow) else frozenset()
    for length in range(len(names), 0, -1):
        key = ".".join(names[:length])
        if length == 1 or key in known:
            yield step_occurrence(reference, home.name("label", key), length - 1, first=0)
            return


def _task(reference: Reference, home: Home) -> Iterator[Occurrence]:
    names = _names(reference)
    yield step_occurrence(reference, home.name("task", names[0]), 0)
    yield from (implied(reference, home.name("task", names[0]), step) for step in range(1, len(names)))
    if reference.root != "outputs" or len(names) < 3 or names[1] != "outputs" or not isinstance(home, OwnFlow):
        return
    target = home.called_by(names[0])
    if target is not None:
        yield step_occurrence(reference, ForeignFlow(target).name("output", names[2]), 2)
    elif home.loop(names[0]) is not None and len(names) > 4 and names[3] == "outputs":
        yield step_occurrence(reference, home.name("loop-output", names[0], names[4]), 4)


def _flow(reference: Reference, home: Home) -> Iterator[Occurrence]:
    names = _names(reference)
    if names[:1] in {(), ("id",)}:
        yield implied(reference, home.name("flow"), len(names[:1]) - 1)
    elif names[0] == "namespace":
        yield implied(reference, home.name("namespace")._replace(flow=""), 0)


def _namespace(reference: Reference, home: Home) -> Iterator[Occurrence]:
    names = _names(reference)
    for namespace in (home.id[0], *namespaces_above(home.id[0])):
        for length in range(1, len(names) + 1):
            name = Name("namespace-variable", namespace, "", names[:length])
            yield step_occurrence(reference, name, length - 1, certain=False)


def _execution(reference: Reference, home: Home) -> Iterator[Occurrence]:
    names = _names(reference)
    if names[0] == "outputs" and len(names) > 1:
        yield step_occurrence(reference, home.name("output", names[1]), 1)


def _of_trigger(reference: Reference, own: OwnFlow, upstream: tuple[FlowId, ...] | None) -> Iterator[Occurrence]:
    names, path = _names(reference), reference.site.value.path
    here = _trigger_of(own, path)
    triggers = (here,) if here is not None else own.flow.outline.triggers
    for trigger in triggers:
        plugin = own.flow.catalog.plugin(trigger.type) if trigger.type else None
        if trigger.id and (not names or plugin is None or names[0] in plugin.outputs):
            yield implied(reference, own.name("trigger", trigger.id), min(len(names), 1) - 1)
    if names[:1] != ("outputs",) or len(names) < 2:
        return
    awaited = [
        flow for each in triggers if is_flow_trigger(each.type) for flow in upstream or awaited_flows(each, own.id[0])
    ]
    for flow in awaited:
        # The outputs stand flat, or below the flow's id, or below namespace and id.
        before = 1 if names[1] != flow[1] else 2
        before = 3 if names[1:3] == flow else before
        if len(names) > before:
            name = ForeignFlow(flow).name("output", names[before])
            yield step_occurrence(reference, name, before, certain=len(awaited) == 1)


def _of_loop(reference: Reference, own: OwnFlow) -> Iterator[Occurrence]:
    names = _names(reference)
    if reference.root == "parent" or (reference.root == "taskrun" and names[:1] not in {("value",), ("iteration",)}):
        return
    task = own.flow.outline.task_at(reference.site.value.path)
    around = task.ancestors() if task is not None else ()
    loop = next((each for each in around if each.type.endswith(_LOOPS) and each.id), None)
    if loop is not None:
        yield implied(reference, own.name("task", loop.id), min(len(names), 1) - 1)


def _trigger_of(own: OwnFlow, path: Path) -> TriggerSymbol | None:
    if path[:1] != ("triggers",):
        return None
    return next((each for each in own.flow.outline.triggers if path[:2] == each.path), None)


_FINDERS: Mapping[str, Callable[[Reference, Home], Iterator[Occurrence]]] = {
    "inputs": _input,
    "vars": _variable,
    "labels": _label,
    "outputs": _task,
    "tasks": _task,
    "flow": _flow,
    "namespace": _namespace,
    "execution": _execution,
}
