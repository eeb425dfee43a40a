"""Tasks moved to a flow of their own, which is called in their place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from tiercel_schemas.source.nodes import ScalarNode
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.references import Reference
from tiercel_server.features.code_actions.blocks import (
    joined,
    line_end,
    shifted,
    unique_name,
)
from tiercel_server.features.code_actions.model import (
    EXTRACT,
    ActionPlace,
    Change,
    CodeAction,
    Edit,
    NewFile,
    apply_edits,
    offers,
)
from tiercel_server.features.code_actions.selection import SelectedTasks, selected_tasks

_NAME = re.compile(r"[^A-Za-z0-9_]+")
_TURN = frozenset({"item", "taskrun", "parent", "parents", "task"})


@dataclass(slots=True)
class _Passing:
    """What goes into the new flow and comes out: values by the name of the input or output, and edits of names."""

    given: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    returned: dict[str, str] = field(default_factory=dict)
    inside: list[Edit] = field(default_factory=list)
    outside: list[Edit] = field(default_factory=list)


@offers
def extracts(place: ActionPlace) -> Iterator[CodeAction]:
    """The selected tasks, where nothing in them belongs to a turn of a loop around them."""
    flow = place.flow
    if flow is None or flow.outline.namespace is None or flow.outline.id is None or not place.can_create:
        return
    found = selected_tasks(flow, place.snapshot.text, place.span)
    if found is None or not all(task.id for task in found.tasks):
        return
    yield CodeAction(f"Extract {found.title} to a subflow", EXTRACT, partial(_extracted, place, flow, found))


def _extracted(place: ActionPlace, flow: FlowAnalysis, found: SelectedTasks) -> Change | None:
    text = place.snapshot.text
    assert flow.outline.id is not None
    assert flow.outline.namespace is not None
    namespace = flow.outline.namespace.value
    base = f"{flow.outline.id.value}_{found.tasks[0].id}"
    taken = {id_ for space, id_ in place.around.flows.flows if space == namespace}
    taken |= {name.rpartition(".")[0] for name in place.taken_names}
    name = unique_name(base, taken)
    call = unique_name(f"call_{found.tasks[0].id}", {task.id for task in flow.outline.tasks})
    passing = _passing(flow, found, call)
    if passing is None:
        return None
    span = found.block.span(text)
    moved = apply_edits(text.text, passing.inside)
    grown = len(moved) - len(text.text)
    lines = moved[span.start : span.end + grown].replace("\r\n", "\n").rstrip("\n").split("\n")
    lines = shifted(lines, -(found.block.column - 2)) if found.block.column >= 2 else shifted(lines, 2)
    end = line_end(text)
    file = NewFile(f"{name}.yaml", end.join(_new_flow(name, namespace, passing, lines)) + end)
    made = joined(text, _call(call, namespace, name, passing, " " * found.block.column))
    if not text.text[: span.end].endswith("\n"):
        made = made.rstrip("\r\n")
    return Change((Edit(span, made), *passing.outside), (file,))


def _passing(flow: FlowAnalysis, found: SelectedTasks, call: str) -> _Passing | None:
    inside_ids = {task.id for each in found.tasks for task in (each, *each.descendants())}
    loops = bool([*found.tasks[0].ancestors()])
    passing = _Passing()
    spans = [task.node.span for task in found.tasks]
    for reference in flow.references:
        place = reference.text_span
        is_inside = any(span.start <= place.start < span.end for span in spans)
        if is_inside:
            if not _pass_in(flow, reference, inside_ids, passing, in_loop=loops):
                return None
        elif reference.root == "outputs" and reference.names and str(reference.names[0]) in inside_ids:
            if not reference.complete or len(reference.names) < 2:
                return None
            output = _identifier(reference)
            passing.returned[output] = _written(reference)
            passing.outside.append(Edit(place, f"outputs.{call}.outputs.{output}"))
    return passing


def _pass_in(flow: FlowAnalysis, reference: Reference, own: set[str], passing: _Passing, *, in_loop: bool) -> bool:
    """Take note of a name inside; false where what it means can't be passed on."""
    root, names = reference.root, reference.names
    if root in _TURN:
        return not in_loop
    if root == "inputs" and names:
        top = str(names[0])
        symbol = flow.outline.input(top)
        if not re.fullmatch(r"[A-Za-z_]\w*", top):
            return False
        passing.given[top] = f"inputs.{top}"
        passing.types[top] = _input_type(symbol.type if symbol is not None else "JSON")
        return True
    if root in {"vars", "outputs", "trigger", "labels"}:
        if root == "outputs" and names and str(names[0]) in own:
            return True
        if not names or not reference.complete:
            return False
        name = _identifier(reference)
        passing.given[name] = _written(reference)
        passing.types[name] = _type_of(flow, reference)
        passing.inside.append(Edit(reference.text_span, f"inputs.{name}"))
    return True


def _input_type(name: str) -> str:
    # A choice would need its values again; the calling flow has made it already.
    return {"SELECT": "STRING", "ENUM": "STRING", "MULTISELECT": "JSON", "FORM": "JSON", "": "STRING"}.get(name, name)


def _type_of(flow: FlowAnalysis, reference: Reference) -> str:
    if reference.root == "vars":
        variable = flow.outline.variable(*(str(step) for step in reference.names))
        if variable is not None and not isinstance(variable.node, ScalarNode):
            return "JSON"
    return "STRING"


def _identifier(reference: Reference) -> str:
    names = [str(each) for each in reference.names]
    return _NAME.sub("_", "_".join(names if reference.root != "trigger" else ["trigger", *names])).strip("_")


def _written(reference: Reference) -> str:
    text = reference.root
    for name in reference.names:
        plain = isinstance(name, str) and re.fullmatch(r"[A-Za-z_]\w*", name)
        text += f".{name}" if plain else f"[{name}]" if isinstance(name, int) else f"['{name}']"
    return text


def _new_flow(name: str, namespace: str, passing: _Passing, tasks: list[str]) -> list[str]:
    lines = [f"id: {name}", f"namespace: {namespace}"]
    if passing.given:
        lines += ["", "inputs:"]
        for each in passing.given:
            lines += [f"  - id: {each}", f"    type: {passing.types[each]}"]
    lines += ["", "tasks:", *tasks]
    if passing.returned:
        lines += ["", "outputs:"]
        for each, value in passing.returned.items():
            lines += [f"  - id: {each}", "    type: STRING", f'    value: "{{{{ {value} }}}}"']
    return lines


def _call(call: str, namespace: str, name: str, passing: _Passing, margin: str) -> list[str]:
    lines = [
        f"- id: {call}",
        "  type: io.kestra.plugin.core.flow.Subflow",
        f"  namespace: {namespace}",
        f"  flowId: {name}",
        "  wait: true",
        "  transmitFailed: true",
    ]
    if passing.given:
        lines.append("  inputs:")
        lines += [f'    {each}: "{{{{ {value} }}}}"' for each, value in passing.given.items()]
    return [margin + line for line in lines]
