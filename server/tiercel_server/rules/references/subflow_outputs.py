"""Outputs of called flows: whether they are declared there, and waited for."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_server.analysis.mappings import find_scalar, find_text
from tiercel_server.analysis.symbols import TaskSymbol
from tiercel_server.rules.examples import item, log, tasks
from tiercel_server.rules.model import Rule, RuleContext, replacement
from tiercel_server.rules.registry import checks
from tiercel_server.rules.wording import listed, nearest

_SUBFLOW = "io.kestra.plugin.core.flow.Subflow"
_CALL = ("flow.Subflow", "namespace: company.team", "flowId: greet", "inputs: {name: Ada}")

UNKNOWN_SUBFLOW_OUTPUT = Rule(
    code="unknown-subflow-output",
    group="references",
    at_run_time=True,
    severity=Severity.WARNING,
    summary="An expression names an output that the called flow does not declare.",
    why="The expression fails when it runs. Told only of flows that the workspace holds.",
    bad=tasks(item(*_CALL, task_id="call"), log("{{ outputs.call.outputs.gretting }}")),
    good=tasks(item(*_CALL, task_id="call"), log("{{ outputs.call.outputs.greeting }}")),
    fix="Writes the name that was probably meant: a guess.",
)
OUTPUT_NOT_AWAITED = Rule(
    code="output-not-awaited",
    group="references",
    at_run_time=True,
    severity=Severity.WARNING,
    summary="An expression names the outputs of a flow whose end is not waited for.",
    why="With `wait: false` a call has no outputs, so the expression fails when it runs.",
    bad=tasks(item(*_CALL, "wait: false", task_id="call"), log("{{ outputs.call.outputs.greeting }}")),
    good=tasks(item(*_CALL, task_id="call"), log("{{ outputs.call.outputs.greeting }}")),
)


@checks(UNKNOWN_SUBFLOW_OUTPUT, OUTPUT_NOT_AWAITED)
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """`outputs.call.outputs.x`."""
    for reference in context.flow.references:
        if reference.root != "outputs" or len(reference.steps) < 2 or reference.steps[1].name != "outputs":
            continue
        task = context.flow.outline.task(str(reference.steps[0].name))
        if task is None or task.type != _SUBFLOW or reference.guarded:
            continue
        if find_scalar(task.node, "wait") is False:
            message = f"`{task.id}` does not wait for the flow that it calls, so it has no outputs"
            yield OUTPUT_NOT_AWAITED.finding(message, reference.step_span(1))
            continue
        known = _declared(context, task)
        if known is None or len(reference.steps) < 3:
            continue
        name, span = str(reference.steps[2].name), reference.step_span(2)
        if name not in {each.split(".")[0] for each in known}:
            meant = nearest(name, known)
            hint = f"; did you mean `{meant}`?" if meant else f"; it has {listed(known)}" if known else "; it has none"
            data = replacement(span, meant, f"Write `{meant}`") if meant else {}
            yield UNKNOWN_SUBFLOW_OUTPUT.finding(f"the called flow has no output `{name}`{hint}", span, data=data)


def _declared(context: RuleContext, task: TaskSymbol) -> tuple[str, ...] | None:
    """The outputs of the flow that a task calls; None where the flow is not known."""
    namespace, flow_id = find_text(task.node, "namespace"), find_text(task.node, "flowId")
    target = context.workspace.get(namespace, flow_id) if namespace and flow_id else None
    return target.outputs if target is not None else None
