"""What is told of the things that a flow declares, and of other flows."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.catalog import describe
from tiercel_schemas.source.nodes import Node, Path, ScalarNode
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.mappings import find_items, find_text, find_value
from tiercel_server.analysis.shapes import describe_shape, literal_shape
from tiercel_server.analysis.symbols import InputSymbol, TaskSymbol, TriggerSymbol, VariableSymbol
from tiercel_server.analysis.workspace_flows import KnownFlow, KnownInput
from tiercel_server.features.documentation import type_text
from tiercel_server.features.seen_values import seen_run, value_text
from tiercel_server.features.surroundings import SeenRun, Surroundings

_LONGEST_VALUE = 200
_MOST = 20


def symbol_doc(path: Path, flow: FlowAnalysis, around: Surroundings) -> str:
    """The declaration whose `id` stands at a path; "" where none does."""
    owner = path[:-1]
    for task in flow.outline.tasks:
        if task.path == owner:
            return task_doc(task, flow, around)
    for found in flow.outline.inputs:
        if found.path == owner:
            return input_doc(found, seen_run(flow, around))
    for trigger in flow.outline.triggers:
        if trigger.path == owner:
            return trigger_doc(trigger)
    for output in flow.outline.outputs:
        if output.path == owner:
            value = find_text(output.node, "value") or ""
            head = f"**{output.id}** · output of the flow" + (f" · {output.type}" if output.type else "")
            return _joined(head, find_text(output.node, "description"), f"Value: `{short(value)}`." if value else "")
    return ""


def task_doc(task: TaskSymbol, flow: FlowAnalysis, around: Surroundings) -> str:
    """A task: its type, what it gives, and how its last run ended."""
    simple = task.type.rpartition(".")[2]
    plugin = flow.catalog.plugin(task.type) if task.type else None
    head = f"**{task.id}** · task" + (f" · {simple}" if simple else "")
    parts: list[str | None] = [head, find_text(task.node, "description")]
    if plugin is not None:
        parts.append(describe(plugin.name) or plugin.about)
        outputs = [f"`{name}` ({type_text(each)})" for name, each in sorted(plugin.outputs.items())]
        if outputs:
            parts.append("Outputs: " + ", ".join(outputs[:_MOST]) + (" …" if len(outputs) > _MOST else "") + ".")
    run = seen_run(flow, around)
    if run is not None and task.id in run.states:
        parts.append(f"Last run: {run.states[task.id]}.")
    return _joined(*parts)


def input_doc(symbol: InputSymbol, run: SeenRun | None) -> str:
    """An input: its type, what it is for, its default or choices."""
    head = f"**{symbol.id}** · input" + (f" · {symbol.type}" if symbol.type else "")
    parts: list[str | None] = [head, *input_facts(symbol)]
    about = describe("input-type", symbol.type) if symbol.type else None
    parts.append(about)
    if run is not None and symbol.type != "SECRET" and symbol.id in run.inputs:
        parts.append(f"Last run: `{value_text(run.inputs[symbol.id])}`.")
    return _joined(*parts)


def input_facts(symbol: InputSymbol) -> Iterator[str]:
    """Description, default and choices of an input."""
    yield find_text(symbol.node, "description") or find_text(symbol.node, "displayName") or ""
    default = find_text(symbol.node, "defaults") if symbol.type != "SECRET" else None
    yield f"Default: `{short(default)}`." if default else "" if symbol.required else "Optional."
    values = [item.value for item in find_items(symbol.node, "values") if isinstance(item, ScalarNode)]
    if values:
        yield "One of " + ", ".join(f"`{value}`" for value in values[:_MOST]) + "."


def trigger_doc(trigger: TriggerSymbol) -> str:
    """A trigger: its type and what it is for."""
    head = f"**{trigger.id}** · trigger · {trigger.type.rpartition('.')[2]}"
    return _joined(head, find_text(trigger.node, "description"), describe(trigger.type) if trigger.type else None)


def variable_doc(variable: VariableSymbol) -> str:
    """A variable and its value."""
    head = f"**vars.{'.'.join(variable.steps)}** · variable · {describe_shape(literal_shape(variable.node))}"
    value = variable.node.value if isinstance(variable.node, ScalarNode) else ""
    return _joined(head, f"Value: `{short(value)}`." if value else "")


def own_flow_doc(flow: FlowAnalysis, around: Surroundings) -> str:
    """The flow of the document: what it is for, what it takes, and its last run."""
    outline = flow.outline
    namespace = outline.namespace.value if outline.namespace is not None else ""
    name = outline.id.value if outline.id is not None else ""
    parts = [f"**{name}** · flow" + (f" of {namespace}" if namespace else ""), find_text(flow.root, "description")]
    inputs = [f"`{each.id}` ({each.type})" for each in outline.inputs if each.id]
    if inputs:
        parts.append("Inputs: " + ", ".join(inputs[:_MOST]) + ".")
    counts = [(len(outline.tasks), "task"), (len(outline.triggers), "trigger")]
    parts.append(", ".join(f"{count} {word}" + ("s" if count != 1 else "") for count, word in counts if count))
    run = seen_run(flow, around)
    if run is not None:
        parts.append(f"Last run here: {run.state}, {run.started[:16].replace('T', ' ')} UTC (`{run.execution_id}`).")
    return _joined(*parts)


def known_flow_doc(known: KnownFlow) -> str:
    """A flow of the workspace: what it is for, what it takes and gives."""
    parts = [f"**{known.id}** · flow of {known.namespace}", known.description]
    if known.inputs:
        inputs = [f"`{each.id}` ({each.type}{', required' if each.needed else ''})" for each in known.inputs[:_MOST]]
        parts.append("Inputs: " + ", ".join(inputs) + ".")
    if known.outputs:
        parts.append("Outputs: " + ", ".join(f"`{each}`" for each in known.outputs[:_MOST]) + ".")
    if known.disabled:
        parts.append("**Disabled.**")
    return _joined(*parts)


def known_input_doc(known: KnownInput, flow: KnownFlow) -> str:
    """An input of another flow."""
    head = f"**{known.id}** · input of {flow.id} · {known.type}" + (" · required" if known.needed else "")
    default = f"Default: `{short(known.default)}`." if known.default and known.type != "SECRET" else ""
    return _joined(head, known.description, default)


def namespace_doc(name: str, around: Surroundings) -> str:
    """A namespace and the flows of the workspace in it."""
    flows = sorted(flow_id for space, flow_id in around.flows.flows if space == name)
    parts = [f"**{name}** · namespace"]
    if flows:
        told = ", ".join(f"`{each}`" for each in flows[:_MOST]) + (" …" if len(flows) > _MOST else "")
        parts.append(f"{len(flows)} flow{'s' if len(flows) != 1 else ''} here: {told}.")
    return _joined(*parts)


def called_flow(node: Node | None, around: Surroundings) -> KnownFlow | None:
    """The flow that an object with `namespace` and `flowId` names."""
    return around.flows.get(find_text(node, "namespace") or "", find_text(node, "flowId") or "")


def described_value(node: Node | None, name: str) -> str:
    """The text of a key, in short; "" where there is none."""
    value = find_value(node, name)
    return short(value.value) if isinstance(value, ScalarNode) else ""


def short(text: str) -> str:
    """A text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_VALUE else f"{line[:_LONGEST_VALUE]}…"


def _joined(*parts: str | None) -> str:
    return "\n\n".join(part for part in parts if part)
