"""Task outputs that expressions name: of tasks that are there, have run before, and give that output."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tiercel_schemas.diagnostics import Diagnostic, RelatedLocation, Severity
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.order import Order
from tiercel_server.analysis.references import Reference
from tiercel_server.analysis.shapes import MapShape, ScalarShape, Shape, member
from tiercel_server.analysis.symbols import TaskSymbol
from tiercel_server.analysis.task_outputs import task_outputs_shape
from tiercel_server.rules.examples import indented, item, log, returning, tasks
from tiercel_server.rules.model import Rule, RuleContext, replacement
from tiercel_server.rules.references.dashes import dashed_meaning
from tiercel_server.rules.registry import checks
from tiercel_server.rules.wording import listed, nearest

_RUN = "Kestra saves the flow, and the expression fails when it runs."
_GOOD = tasks(returning("first"), log("{{ outputs.first.value }}"))


def _rule(code: str, summary: str, why: str, bad: str, good: str = _GOOD, severity: Severity = Severity.ERROR) -> Rule:
    return Rule(code, "references", summary, why, bad, good, severity, at_run_time=True)


UNKNOWN_OUTPUT = _rule(
    "unknown-output",
    "An expression names the outputs of a task that the flow does not have.",
    _RUN,
    tasks(returning("first"), log("{{ outputs.frist.value }}")),
)
LATER_OUTPUT = _rule(
    "later-output",
    "An expression names the outputs of a task that runs only afterwards.",
    _RUN,
    tasks(log("{{ outputs.first.value }}"), returning("first")),
)
OWN_OUTPUT = _rule(
    "own-output",
    "A task names its own outputs.",
    "They are there only when the task has ended; the expression fails when it runs.",
    tasks(returning("first", "{{ outputs.first.value }}")),
)
SIBLING_OUTPUT = _rule(
    "sibling-output",
    "A task names the outputs of one that runs at the same time.",
    "Whether they are there is a matter of luck.",
    tasks(item("flow.Parallel", "tasks:", task_id="both"), indented(returning("one") + log("{{ outputs.one.value }}"))),
    tasks(
        item("flow.Sequential", "tasks:", task_id="both"), indented(returning("one") + log("{{ outputs.one.value }}"))
    ),
    Severity.WARNING,
)
OTHER_BRANCH_OUTPUT = _rule(
    "other-branch-output",
    "A task names the outputs of one on another branch.",
    "Only one of the branches runs, so the outputs are not there.",
    tasks(
        item("flow.If", 'condition: "{{ labels.mood }}"', "then:", task_id="choice"),
        indented(returning("one")),
        "    else:\n",
        indented(log("{{ outputs.one.value }}")),
    ),
    tasks(
        item("flow.If", 'condition: "{{ labels.mood }}"', "then:", task_id="choice"),
        indented(returning("one") + log("{{ outputs.one.value }}")),
    ),
    Severity.WARNING,
)
DISABLED_OUTPUT = _rule(
    "disabled-output",
    "An expression names the outputs of a task that is disabled.",
    "A disabled task never runs, so its outputs are not there.",
    tasks(returning("first") + "    disabled: true\n", log("{{ outputs.first.value }}")),
    severity=Severity.WARNING,
)
IN_LOOP_OUTPUT = _rule(
    "in-loop-output",
    "An expression outside a Loop names the outputs of a task inside it.",
    "Each round of a Loop is an execution of its own; only what the Loop declares under `outputs` comes out.",
    tasks(
        item("flow.Loop", "values: [a, b]", "tasks:", task_id="each"),
        indented(returning("one", "{{ item.value }}")),
        log("{{ outputs.one.value }}"),
    ),
    tasks(
        item("flow.Loop", "values: [a, b]", "tasks:", task_id="each"),
        indented(returning("one", "{{ item.value }}")),
        '    outputs:\n      - id: one\n        type: STRING\n        value: "{{ outputs.one.value }}"\n',
        log("{{ loopOutputs(outputs.each.outputs, 'one') }}"),
    ),
)
UNKNOWN_OUTPUT_PROPERTY = _rule(
    "unknown-task-output-property",
    "An expression names an output that the task's type does not give.",
    _RUN,
    tasks(returning("first"), log("{{ outputs.first.result }}")),
)

_WORDS: Mapping[Order, tuple[Rule, Callable[[str], str]]] = {
    "later": (LATER_OUTPUT, lambda name: f"`{name}` runs only after this, so its outputs are not there yet"),
    "own": (OWN_OUTPUT, lambda name: f"`{name}` is this very task: its outputs are there only when it has ended"),
    "inside": (LATER_OUTPUT, lambda name: f"`{name}` runs inside this task, so its outputs are not there yet"),
    "sibling": (SIBLING_OUTPUT, lambda name: f"`{name}` runs at the same time, so its outputs may not be there"),
    "other-branch": (OTHER_BRANCH_OUTPUT, lambda name: f"`{name}` is on a branch that does not run before this"),
    "in-loop": (
        IN_LOOP_OUTPUT,
        lambda name: (
            f"`{name}` runs inside a Loop, whose rounds are executions of their own: declare it under the "
            "Loop's `outputs` and read it with `loopOutputs`"
        ),
    ),
}
_INSIDE_KEYS = frozenset({"condition", "outputs"})
_GIVES_INNER = frozenset({"_split", "_items", "_merge", "_exports"})


@checks(
    UNKNOWN_OUTPUT,
    LATER_OUTPUT,
    OWN_OUTPUT,
    SIBLING_OUTPUT,
    OTHER_BRANCH_OUTPUT,
    DISABLED_OUTPUT,
    IN_LOOP_OUTPUT,
    UNKNOWN_OUTPUT_PROPERTY,
)
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """`outputs.task` and `outputs.task.property`."""
    for reference in context.flow.references:
        if reference.root == "outputs" and reference.steps:
            scope = context.flow.scope_at(reference.site.value.path)
            if scope.kind in {"task", "output", "sla", "variables", "other"}:
                yield from _check(context, reference)


def _check(context: RuleContext, reference: Reference) -> Iterator[Diagnostic]:
    name = str(reference.steps[0].name)
    task = context.flow.outline.task(name)
    if task is None:
        if finding := _unknown(context, reference, name):
            yield finding
        return
    scope = context.flow.scope_at(reference.site.value.path)
    order: Order = "before" if scope.kind in {"variables", "other"} else scope.order(task)
    if order == "inside" and _evaluated_inside(reference, scope.task):
        order = "before"
    if order == "own" and _has_earlier_rounds(context, task):
        order = "before"
    if order in _WORDS:
        rule, words = _WORDS[order]
        severity = Severity.WARNING if reference.guarded else rule.severity
        if reference.guarded and rule.severity == Severity.WARNING:
            return
        related = (RelatedLocation(task.name_span, f"`{task.id}` is here"),)
        yield rule.finding(words(name), reference.step_span(0), severity=severity, related=related)
    elif task.disabled and not reference.guarded:
        related = (RelatedLocation(task.name_span, f"`{task.id}` is here"),)
        yield DISABLED_OUTPUT.finding(f"`{name}` is disabled and never runs", reference.step_span(0), related=related)
    else:
        shape = task_outputs_shape(task, context.flow, scope.task)
        plugin = context.flow.catalog.plugin(task.type)
        certain = plugin is not None and plugin.exact and bool(plugin.outputs) and not reference.guarded
        yield from _check_property(reference, shape, task, Severity.ERROR if certain else Severity.WARNING)


def _unknown(context: RuleContext, reference: Reference, name: str) -> Diagnostic | None:
    ids = [task.id for task in context.flow.outline.tasks if task.id]
    is_old = context.version == KestraVersion.V1_3
    if is_old and any(name == each + suffix for each in ids for suffix in _GIVES_INNER):
        return None
    if any("{{" in each for each in ids):
        return None
    if dashed_meaning(reference, 0, ids) is not None:
        return None
    span = reference.step_span(0)
    meant = nearest(name, ids)
    hint = f"; did you mean `{meant}`?" if meant else f"; it has {listed(ids)}" if ids else ""
    message = f"the flow has no task `{name}`{hint}"
    data = replacement(span, meant, f"Write `{meant}`") if meant else {}
    severity = Severity.WARNING if reference.guarded else UNKNOWN_OUTPUT.severity
    return UNKNOWN_OUTPUT.finding(message, span, severity=severity, data=data)


def _evaluated_inside(reference: Reference, task: TaskSymbol | None) -> bool:
    """Whether a property is evaluated after the task's children: a loop's condition and its outputs."""
    path = reference.site.value.path
    if task is None or len(path) <= len(task.path):
        return False
    repeats = task.type.rsplit(".", 1)[-1] in {"LoopUntil", "WaitFor", "Loop"}
    return repeats and path[len(task.path)] in _INSIDE_KEYS


def _has_earlier_rounds(context: RuleContext, task: TaskSymbol) -> bool:
    kinds = {each.type.rsplit(".", 1)[-1] for each in task.ancestors()} | {task.type.rsplit(".", 1)[-1]}
    return bool(kinds & {"LoopUntil", "WaitFor"}) or (
        context.version == KestraVersion.V1_3 and bool(kinds & {"ForEach", "EachSequential", "EachParallel"})
    )


def _check_property(reference: Reference, shape: Shape, task: TaskSymbol, severity: Severity) -> Iterator[Diagnostic]:
    for index, step in enumerate(reference.steps[1:], start=1):
        found = member(shape, step.name)
        if found is None:
            # What a scalar lacks is said of its first wrong step only when its type is certain.
            if isinstance(shape, ScalarShape) and shape.kind == "string" and index > 1:
                return
            yield _lacks(reference, index, shape, task, severity)
            return
        shape = found


def _lacks(reference: Reference, index: int, shape: Shape, task: TaskSymbol, severity: Severity) -> Diagnostic:
    name = str(reference.steps[index].name)
    keys = list(shape.keys) if isinstance(shape, MapShape) else []
    meant = nearest(name, keys)
    span = reference.step_span(index)
    owner = f"`{task.type.rsplit('.', 1)[-1]}`" if index == 1 else f"`{reference.names[index - 1]}`"
    hint = f"; did you mean `{meant}`?" if meant else f"; it gives {listed(keys)}" if keys else "; it gives none"
    data = replacement(span, meant, f"Write `{meant}`") if meant else {}
    return UNKNOWN_OUTPUT_PROPERTY.finding(
        f"{owner} gives no output `{name}`{hint}", span, severity=severity, data=data
    )
