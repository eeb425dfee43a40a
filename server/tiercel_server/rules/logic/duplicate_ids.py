"""Ids that stand twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tiercel_schemas.diagnostics import Diagnostic, RelatedLocation
from tiercel_schemas.source.spans import Span
from tiercel_server.rules.examples import flow, log, logs, tasks
from tiercel_server.rules.model import Rule, RuleContext
from tiercel_server.rules.registry import checks

_WHY = "Kestra refuses the flow: each is told apart by its id."
_SCHEDULE = '  - {{id: {0}, type: io.kestra.plugin.core.trigger.Schedule, cron: "{1} 9 * * *"}}\n'

DUPLICATE_TASK_ID = Rule(
    "duplicate-task-id",
    "logic",
    "Two tasks have the same id, at whatever depth.",
    _WHY,
    tasks(log("Hello"), log("Again")),
    tasks(log("Hello"), log("Again", "again")),
)
DUPLICATE_TRIGGER_ID = Rule(
    "duplicate-trigger-id",
    "logic",
    "Two triggers have the same id.",
    _WHY,
    logs("Hello", "triggers:\n" + _SCHEDULE.format("daily", 0) + _SCHEDULE.format("daily", 30)),
    logs("Hello", "triggers:\n" + _SCHEDULE.format("early", 0) + _SCHEDULE.format("late", 30)),
)
DUPLICATE_INPUT_ID = Rule(
    "duplicate-input-id",
    "logic",
    "Two inputs have the same id, or one lies inside the other.",
    _WHY + " An input `a.b` is kept inside `a`, so both can't be there.",
    logs("Hello", "inputs:\n  - {id: name, type: STRING}\n  - {id: name, type: INT}"),
    logs("Hello", "inputs:\n  - {id: name, type: STRING}\n  - {id: age, type: INT}"),
)
DUPLICATE_OUTPUT_ID = Rule(
    "duplicate-output-id",
    "logic",
    "Two outputs of the flow have the same id.",
    _WHY,
    flow(
        "tasks:\n" + log("Hello"),
        'outputs:\n  - {id: a, type: STRING, value: "1"}\n  - {id: a, type: STRING, value: "2"}',
    ),
    flow(
        "tasks:\n" + log("Hello"),
        'outputs:\n  - {id: a, type: STRING, value: "1"}\n  - {id: b, type: STRING, value: "2"}',
    ),
)


@checks(DUPLICATE_TASK_ID, DUPLICATE_TRIGGER_ID, DUPLICATE_INPUT_ID, DUPLICATE_OUTPUT_ID)
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """Each kind of id in its own name space."""
    outline = context.flow.outline
    yield from _twice(DUPLICATE_TASK_ID, "task", ((each.id, each.name_span) for each in outline.tasks))
    yield from _twice(DUPLICATE_TRIGGER_ID, "trigger", ((each.id, each.name_span) for each in outline.triggers))
    yield from _twice(DUPLICATE_INPUT_ID, "input", ((each.id, each.name_span) for each in outline.inputs))
    yield from _twice(DUPLICATE_OUTPUT_ID, "output", ((each.id, each.name_span) for each in outline.outputs))
    yield from _inside(context)


def _twice(rule: Rule, what: str, ids: Iterable[tuple[str, Span]]) -> Iterator[Diagnostic]:
    first: dict[str, Span] = {}
    for id_, span in ids:
        if not id_:
            continue
        if id_ in first:
            related = (RelatedLocation(first[id_], "the first one is here"),)
            yield rule.finding(f"there is another {what} `{id_}`", span, related=related)
        else:
            first[id_] = span


def _inside(context: RuleContext) -> Iterator[Diagnostic]:
    inputs = [each for each in context.flow.outline.inputs if each.id]
    leaves = {each.id: each for each in inputs if each.type != "FORM"}
    for each in inputs:
        steps = each.steps
        for length in range(1, len(steps)):
            outer = leaves.get(".".join(steps[:length]))
            if outer is not None and outer is not each:
                related = (RelatedLocation(outer.name_span, f"`{outer.id}` is here"),)
                message = f"the input `{each.id}` would lie inside the input `{outer.id}`"
                yield DUPLICATE_INPUT_ID.finding(message, each.name_span, related=related)
                break
