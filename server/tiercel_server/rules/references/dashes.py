"""Names that hold a dash: behind a dot they are a subtraction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tiercel_schemas.diagnostics import Diagnostic
from tiercel_schemas.source.spans import Span
from tiercel_server.analysis.references import Reference
from tiercel_server.analysis.shapes import MapShape, Shape, member
from tiercel_server.rules.examples import log, returning, tasks
from tiercel_server.rules.model import Rule, RuleContext, safe_replacement
from tiercel_server.rules.registry import checks

DASHED_NAME = Rule(
    code="dashed-name",
    group="references",
    summary="A name that holds a `-` stands behind a dot.",
    why="The expression is read as a subtraction. Kestra refuses the flow where it sees it; elsewhere the expression "
    "fails when it runs.",
    bad=tasks(returning("my-task"), log("{{ outputs.my-task.value }}")),
    good=tasks(returning("my-task"), log("{{ outputs['my-task'].value }}")),
    fix="Writes the name in brackets and quotes.",
)
_NAME = re.compile(r"[\w-]+")


@checks(DASHED_NAME)
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """Names in `inputs`, `outputs`, `vars`, `labels` and `trigger`, at any depth."""
    for reference in context.flow.references:
        if not reference.minuend or not reference.steps:
            continue
        if reference.root == "outputs":
            ids = [task.id for task in context.flow.outline.tasks if task.id]
            found = dashed_meaning(reference, 0, ids) if len(reference.steps) == 1 else None
        else:
            found = _meaning(reference, context.flow.scope_at(reference.site.value.path).root(reference.root))
        if found is not None:
            yield _finding(reference, found)


def dashed_meaning(reference: Reference, index: int, known: Iterable[str]) -> str | None:
    """The known name that a step with what follows its dash spells; None where there is none."""
    if not reference.minuend or index != len(reference.steps) - 1:
        return None
    written = _written(reference)
    return written if written in set(known) else None


def _meaning(reference: Reference, shape: Shape | None) -> str | None:
    for index, step in enumerate(reference.steps):
        if isinstance(shape, MapShape) and (found := dashed_meaning(reference, index, shape.keys)):
            return found
        shape = member(shape, step.name) if shape is not None else None
    return None


def _written(reference: Reference) -> str:
    """The last step with all that dashes join to it, as it stands in the template."""
    match = _NAME.match(reference.site.value.node.value, reference.steps[-1].span.start)
    return match[0] if match is not None else ""


def _finding(reference: Reference, name: str) -> Diagnostic:
    step = reference.steps[-1]
    span = reference.site.text_span(Span(step.span.start, step.span.start + len(name)))
    dot = reference.site.text_span(Span(step.span.start - 1, step.span.start + len(name)))
    data = safe_replacement(dot, f"['{name}']", "Write it in brackets")
    return DASHED_NAME.finding(f"`{name}` holds a `-`, which subtracts here: write `['{name}']`", span, data=data)
