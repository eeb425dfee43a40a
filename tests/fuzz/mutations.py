"""Mistakes to plant in flows: each kind finds its places in a flow that is right, and says what line must be blamed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from tiercel_schemas.source.nodes import MappingNode, Pair, ScalarNode
from tiercel_schemas.source.spans import Span
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.flow import FlowAnalysis
from tiercel_server.analysis.references import Reference
from tiercel_server.analysis.symbols import TaskSymbol
from tiercel_server.workspace import DocumentSnapshot


@dataclass(frozen=True)
class Mutation:
    """A text with one mistake; a finding has to stand on one of these lines (from 0)."""

    text: str
    lines: frozenset[int]


Planter = Callable[[DocumentSnapshot, FlowAnalysis], Iterator[Mutation]]
KINDS: dict[str, Planter] = {}


def kind(planter: Planter) -> Planter:
    KINDS[planter.__name__] = planter
    return planter


def edited(snapshot: DocumentSnapshot, span: Span, text: str, *more: int) -> Mutation:
    whole = snapshot.text.text
    return Mutation(
        whole[: span.start] + text + whole[span.end :],
        frozenset({snapshot.text.line_at(span.start), *(snapshot.text.line_at(offset) for offset in more)}),
    )


def inserted_line(snapshot: DocumentSnapshot, task: TaskSymbol, line: str) -> Mutation | None:
    """A line of YAML set before a task's `type`."""
    pair = task.node.pair("type")
    if pair is None or task.node.flow_style:
        return None
    text = snapshot.text
    number = text.line_at(pair.key.span.start)
    start = text.line_starts[number]
    lead = text.text[start : pair.key.span.start]
    if lead.strip():
        return None
    whole = text.text
    return Mutation(whole[:start] + lead + line + "\n" + whole[start:], frozenset({number}))


def swapped(word: str) -> str | None:
    """A slip of the fingers: two letters change places."""
    for index in range(1, len(word) - 1):
        if word[index] != word[index + 1] and word[index : index + 2].isalpha():
            return word[:index] + word[index + 1] + word[index] + word[index + 2 :]
    return None


def known_tasks(flow: FlowAnalysis, *, exact: bool = False) -> Iterator[TaskSymbol]:
    for task in flow.outline.tasks:
        plugin = flow.catalog.plugin(task.type)
        if plugin is not None and not plugin.open and (plugin.exact or not exact):
            yield task


def own_pairs(task: TaskSymbol) -> Iterator[Pair]:
    yield from (pair for pair in task.node.pairs if pair.name not in {None, "<<", "id", "type"})


def rendered(flow: FlowAnalysis, root: str) -> Iterator[Reference]:
    for reference in flow.references:
        is_certain = reference.site.rendering == "rendered" and not reference.guarded
        if is_certain and reference.root == root and reference.steps and isinstance(reference.steps[0].name, str):
            yield reference


@kind
def misspelt_property(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for task in known_tasks(flow):
        for pair in own_pairs(task):
            if word := swapped(pair.name or ""):
                yield edited(snapshot, pair.key.span, word)


@kind
def property_of_another_world(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for task in known_tasks(flow):
        if (mutation := inserted_line(snapshot, task, "runsOn: linux")) is not None:
            yield mutation


@kind
def required_property_gone(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    if flow.has_plugin_defaults:
        return
    for task in known_tasks(flow, exact=True):
        plugin = flow.catalog.plugin(task.type)
        for pair in own_pairs(task):
            prop = plugin.find(pair.name or "") if plugin else None
            if prop is not None and prop.required and isinstance(pair.value, ScalarNode) and task.id_span:
                text = snapshot.text
                first, last = (text.line_at(offset) for offset in (pair.key.span.start, pair.value.span.end))
                if text.line_text(first).lstrip().startswith(f"{pair.name}:") and pair.value.style not in {
                    "literal",
                    "folded",
                }:
                    end = text.line_starts[last + 1] if last + 1 < text.line_count else len(text)
                    start = text.line_starts[first]
                    yield Mutation(
                        text.text[:start] + text.text[end:],
                        frozenset({text.line_at(task.id_span.start), text.line_at(task.span.start)}),
                    )


@kind
def misspelt_core_type(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for task in flow.outline.tasks:
        if task.type.startswith("io.kestra.plugin.core.") and task.type_span:
            yield edited(snapshot, task.type_span, task.type[:-1])


@kind
def type_gone(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for task in flow.outline.tasks:
        pair = task.node.pair("type")
        if pair is not None and pair.value is not None and not task.node.flow_style and task.id_span:
            yield edited(snapshot, pair.span, "description: none", task.id_span.start, task.span.start)


@kind
def duplicate_task_id(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    tasks = [task for task in flow.outline.tasks if task.id and task.id_span]
    for first, second in pairwise(tasks):
        if second.id_span and first.id_span:
            yield edited(snapshot, second.id_span, first.id, first.id_span.start)


@kind
def task_id_with_space(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    used = {
        str(reference.steps[0].name) for reference in flow.references if reference.root == "outputs" and reference.steps
    }
    for task in flow.outline.tasks:
        if task.id_span and task.id not in used:
            yield edited(snapshot, task.id_span, f"{task.id} now")


@kind
def namespace_in_capitals(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    if flow.outline.namespace is not None:
        yield edited(snapshot, flow.outline.namespace.span, flow.outline.namespace.value.upper())


@kind
def unknown_input(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for reference in rendered(flow, "inputs"):
        yield edited(snapshot, reference.step_span(0), f"{reference.steps[0].name}_x")


@kind
def unknown_variable(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for reference in rendered(flow, "vars"):
        yield edited(snapshot, reference.step_span(0), f"{reference.steps[0].name}_x")


@kind
def unknown_task_output(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for reference in rendered(flow, "outputs"):
        if flow.scope_at(reference.site.value.path).kind in {"task", "output"}:
            yield edited(snapshot, reference.step_span(0), f"{reference.steps[0].name}_x")


@kind
def unknown_output_property(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for reference in rendered(flow, "outputs"):
        task = flow.outline.task(str(reference.steps[0].name))
        plugin = flow.catalog.plugin(task.type) if task is not None else None
        inside = task is not None and any("Each" in each.type for each in task.ancestors())
        if plugin is None or plugin.open or not plugin.outputs or plugin.flowable or inside or len(reference.steps) < 2:
            continue
        if flow.scope_at(reference.site.value.path).kind in {"task", "output"} and isinstance(
            reference.steps[1].name, str
        ):
            yield edited(snapshot, reference.step_span(1), f"{reference.steps[1].name}Name")


@kind
def unknown_root(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for reference in rendered(flow, "inputs"):
        yield edited(snapshot, reference.step_span(-1), "input")


@kind
def unknown_filter(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for use in flow.uses:
        if use.kind == "filter" and (word := swapped(use.name)):
            yield edited(snapshot, use.text_span, word)


@kind
def unknown_function(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for use in flow.uses:
        if use.kind == "function" and use.name not in {"max", "min"}:
            yield edited(snapshot, use.text_span, f"{use.name}s")


@kind
def unknown_argument(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for use in flow.uses:
        for argument in use.arguments:
            if (
                argument.name is not None
                and argument.name_span is not None
                and use.name not in {"max", "min", "format"}
            ):
                yield edited(snapshot, use.site.text_span(argument.name_span), f"{argument.name}X")


@kind
def expression_not_closed(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for site in flow.templates:
        node = site.value.node
        if site.rendering == "rendered" and node.style == "double" and node.value.count("}}") == 1:
            place = snapshot.text.text.index("}}", node.span.start)
            if snapshot.text.line_at(place) == snapshot.text.line_at(node.span.start):
                yield edited(snapshot, Span(place, place + 2), "}")


@kind
def operator_without_operand(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for site in flow.templates:
        node = site.value.node
        if site.rendering == "rendered" and "}}" in node.value and node.style == "double":
            place = snapshot.text.text.index("}}", node.span.start)
            if snapshot.text.line_at(place) == snapshot.text.line_at(node.span.start):
                yield edited(snapshot, Span(place, place), " ~ ")


@kind
def expression_not_quoted(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for site in flow.templates:
        node, text = site.value.node, snapshot.text.text
        raw = text[node.span.start + 1 : node.span.end - 1]
        if node.style in {"single", "double"} and raw.startswith("{{") and "\n" not in raw and not site.value.is_key:
            yield edited(snapshot, node.span, raw)


@kind
def quote_not_closed(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for value in flow.values:
        node = value.node
        if node.style == "double" and snapshot.text.line_at(node.span.start) == snapshot.text.line_at(node.span.end):
            yield edited(snapshot, Span(node.span.end - 1, node.span.end), "")


@kind
def colon_gone(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for task in flow.outline.tasks:
        pair = task.node.pair("type")
        if pair is not None and not task.node.flow_style and task.id_span:
            end = pair.key.span.end
            yield edited(snapshot, Span(end, end + 1), "", task.id_span.start)


@kind
def tab_for_spaces(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for task in flow.outline.tasks:
        pair = task.node.pair("type")
        if pair is not None and not task.node.flow_style:
            line = snapshot.text.line_at(pair.key.span.start)
            start = snapshot.text.line_starts[line]
            if not snapshot.text.text[start : pair.key.span.start].strip():
                yield edited(snapshot, Span(start, pair.key.span.start), "\t")


@kind
def duplicate_key(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for task in flow.outline.tasks:
        mutation = inserted_line(snapshot, task, f"type: {task.type}")
        if mutation is not None:
            line = next(iter(mutation.lines))
            yield Mutation(mutation.text, frozenset({line, line + 1}))


@kind
def wrong_kind(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for task in known_tasks(flow):
        if task.node.pair("allowFailure") is None and (
            mutation := inserted_line(snapshot, task, "allowFailure: perhaps")
        ):
            yield mutation


@kind
def wrong_enum(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for task in known_tasks(flow):
        if task.node.pair("logLevel") is None and (mutation := inserted_line(snapshot, task, "logLevel: LOUD")):
            yield mutation


@kind
def wrong_duration(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for task in known_tasks(flow):
        if task.node.pair("timeout") is None and (mutation := inserted_line(snapshot, task, "timeout: 5 minutes")):
            yield mutation


@kind
def wrong_retry(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    line = "retry: {type: constant, interval: PT5S, maxAttempts: 0}"
    for task in known_tasks(flow):
        if task.node.pair("retry") is None and (mutation := inserted_line(snapshot, task, line)):
            yield mutation


@kind
def retry_without_interval(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for task in known_tasks(flow):
        if task.node.pair("retry") is None and (
            mutation := inserted_line(snapshot, task, "retry: {type: constant, maxAttempts: 2}")
        ):
            yield mutation


@kind
def wrong_cron(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for trigger in flow.outline.triggers:
        cron = trigger.node.get("cron")
        if isinstance(cron, ScalarNode) and trigger.type.endswith(".Schedule") and not cron.value.startswith("@"):
            yield edited(snapshot, cron.span, '"61 9 * * *"')
            yield edited(snapshot, cron.span, '"0 9 * *"')


@kind
def wrong_timezone(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    text = snapshot.text
    for trigger in flow.outline.triggers:
        cron = trigger.node.pair("cron")
        if cron is None or not trigger.type.endswith(".Schedule") or trigger.node.pair("timezone") is not None:
            continue
        line = text.line_at(cron.key.span.start)
        start = text.line_starts[line]
        lead = text.text[start : cron.key.span.start]
        if not lead.strip():
            added = f"{lead}timezone: Europe/Atlantis\n"
            yield Mutation(text.text[:start] + added + text.text[start:], frozenset({line}))


def templated_texts(task: TaskSymbol, flow: FlowAnalysis) -> Iterator[ScalarNode]:
    """Values on one line of properties of text that may hold an expression."""
    plugin = flow.catalog.plugin(task.type)
    for pair in own_pairs(task):
        prop = plugin.find(pair.name or "") if plugin else None
        value = pair.value
        takes_text = prop is not None and prop.dynamic and prop.kind == "string"
        if takes_text and isinstance(value, ScalarNode) and value.style in {"plain", "double", "single"}:
            yield value


@kind
def wrong_input_type(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for each in flow.outline.inputs:
        if each.type_span is not None and each.type:
            yield edited(snapshot, each.type_span, f"{each.type}S")


@kind
def wrong_input_default(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for each in flow.outline.inputs:
        node = each.node.get("defaults")
        if each.type in {"INT", "DATE", "FLOAT", "DURATION"} and isinstance(node, ScalarNode):
            yield edited(snapshot, node.span, "whatever")


@kind
def later_output(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    tasks = [task for task in flow.outline.top_tasks if task.section == "tasks" and task.id]
    if len(tasks) > 1:
        for value in templated_texts(tasks[0], flow):
            yield edited(snapshot, value.span, f"\"{{{{ outputs['{tasks[-1].id}'].value }}}}\"")


@kind
def own_output(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for task in known_tasks(flow):
        around = (task, *task.ancestors())
        if task.id and not any("Each" in each.type or each.type.endswith(("LoopUntil", "WaitFor")) for each in around):
            for value in templated_texts(task, flow):
                yield edited(snapshot, value.span, f"\"{{{{ outputs['{task.id}'].value }}}}\"")


@kind
def dashed_name(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for reference in rendered(flow, "outputs"):
        task = flow.outline.task(str(reference.steps[0].name))
        step = reference.steps[0]
        if task is None or task.id_span is None or not step.dotted or "_" not in task.id or len(reference.steps) < 2:
            continue
        span, dashed = reference.step_span(0), task.id.replace("_", "-")
        if flow.scope_at(reference.site.value.path).kind not in {"task", "output"}:
            continue
        whole = snapshot.text.text
        if task.id_span.end <= span.start:
            text = (
                whole[: task.id_span.start] + dashed + whole[task.id_span.end : span.start] + dashed + whole[span.end :]
            )
            yield Mutation(text, frozenset({snapshot.text.line_at(span.start)}))


@kind
def unknown_flow_key(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for pair in flow.root.pairs:
        if pair.name in {"tasks", "inputs", "triggers", "description", "labels", "outputs", "variables"}:
            word = swapped(pair.name)
            if word is not None and pair.name != "tasks":
                yield edited(snapshot, pair.key.span, word)


@kind
def tasks_as_map(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    pair = flow.root.pair("tasks")
    if pair is not None and pair.value is not None and len(flow.outline.top_tasks) > 0:
        first = flow.outline.top_tasks[0]
        text = snapshot.text
        line = text.line_at(first.span.start)
        if re.match(r"\s*- ", text.line_text(line)):
            start = text.line_starts[line]
            dash = text.text.index("-", start)
            yield edited(snapshot, Span(dash, dash + 1), " ", pair.key.span.start)


@kind
def misspelt_nested_property(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for task in known_tasks(flow, exact=True):
        for name in ("retry", "taskRunner", "taskCache", "options"):
            below = task.node.get(name)
            for pair in below.pairs if isinstance(below, MappingNode) else ():
                if pair.name != "type" and (word := swapped(pair.name or "")):
                    yield edited(snapshot, pair.key.span, word)


@kind
def misspelt_input_property(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for each in flow.outline.inputs:
        for pair in each.node.pairs:
            if pair.name in {"description", "defaults", "required", "displayName", "values", "itemType"}:
                yield edited(snapshot, pair.key.span, str(swapped(pair.name)), each.span.start)


@kind
def misspelt_trigger_property(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for trigger in flow.outline.triggers:
        plugin = flow.catalog.plugin(trigger.type)
        for pair in trigger.node.pairs if plugin is not None and not plugin.open else ():
            if pair.name not in {"id", "type"} and (word := swapped(pair.name or "")):
                yield edited(snapshot, pair.key.span, word)


@kind
def input_type_in_small_letters(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for each in flow.outline.inputs:
        if each.type_span is not None and each.type:
            yield edited(snapshot, each.type_span, each.type.lower())


@kind
def duplicate_input_id(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for first, second in pairwise(each for each in flow.outline.inputs if each.parent is None):
        if first.id_span and second.id_span:
            yield edited(snapshot, second.id_span, first.id, first.id_span.start)


@kind
def output_type_unknown(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for each in flow.outline.outputs:
        if each.type_span is not None and each.type:
            yield edited(snapshot, each.type_span, "TEXT")


@kind
def output_without_type(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for each in flow.outline.outputs:
        pair = each.node.pair("type")
        if pair is not None and pair.value is not None and not each.node.flow_style:
            yield edited(snapshot, pair.span, "description: x", each.span.start, each.name_span.start)


@kind
def loop_value_outside_a_loop(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    name = "taskrun.value" if flow.version == KestraVersion.V1_3 else "item.value"
    for task in flow.outline.top_tasks:
        for value in templated_texts(task, flow):
            if "Each" not in task.type and "Loop" not in task.type:
                yield edited(snapshot, value.span, f'"{{{{ {name} }}}}"')


@kind
def scalar_for_a_list(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for pair in flow.root.pairs:
        if pair.name in {"inputs", "triggers", "outputs"} and pair.value is not None:
            yield edited(snapshot, pair.value.span, "nothing\n", pair.key.span.start)


@kind
def too_many_arguments(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for use in flow.uses:
        if use.kind == "filter" and use.name in {"upper", "lower", "first", "last", "toJson", "trim", "json", "length"}:
            span = use.text_span
            yield edited(snapshot, Span(span.end, span.end), "('x', 'y')")


@kind
def subtraction_of_a_name(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for reference in rendered(flow, "inputs"):
        symbol = flow.outline.input(str(reference.steps[0].name))
        if symbol is None or symbol.id_span is None or not reference.steps[0].dotted or "_" not in symbol.id:
            continue
        span, dashed, whole = reference.step_span(0), symbol.id.replace("_", "-"), snapshot.text.text
        if symbol.id_span.end <= span.start and len(reference.steps) == 1:
            text = whole[: symbol.id_span.start] + dashed + whole[symbol.id_span.end : span.start]
            yield Mutation(text + dashed + whole[span.end :], frozenset({snapshot.text.line_at(span.start)}))


@kind
def flow_id_with_a_space(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    if flow.outline.id is not None:
        yield edited(snapshot, flow.outline.id.span, "my flow")


@kind
def namespace_gone(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    pair = flow.root.pair("namespace")
    if pair is not None and flow.outline.id is not None:
        yield edited(snapshot, pair.span, "description: gone", flow.outline.id.key_span.start)


@kind
def system_label(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for label in flow.outline.labels:
        yield edited(snapshot, label.key_span, "system.from")


@kind
def label_without_value(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for label in flow.outline.labels:
        if isinstance(label.path[-1], str):
            yield edited(snapshot, Span(label.key_span.end, label.span.end), ":")


@kind
def trigger_type_unknown(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for trigger in flow.outline.triggers:
        if trigger.type.startswith("io.kestra.plugin.core.") and trigger.type_span:
            yield edited(snapshot, trigger.type_span, f"{trigger.type}r")


@kind
def condition_as_text(snapshot: DocumentSnapshot, flow: FlowAnalysis) -> Iterator[Mutation]:
    for site in flow.templates:
        node = site.value.node
        is_quoted = node.style in {"single", "double"} and node.value.startswith("{{") and "\n" not in node.value
        if is_quoted and site.value.name == "condition" and isinstance(site.value.owner, TaskSymbol):
            yield edited(snapshot, node.span, "outputs.some.value == 1")
