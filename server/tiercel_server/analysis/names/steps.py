"""Occurrences that are steps of an expression: `.name`, `['name']`, or several of them."""

from __future__ import annotations

from tiercel_schemas.source.spans import Span
from tiercel_server.analysis.names.model import Form, Name, Occurrence, Role
from tiercel_server.analysis.references import Reference, Step


def step_occurrence(
    reference: Reference,
    name: Name,
    last: int,
    *,
    first: int | None = None,
    certain: bool = True,
    role: Role = "reference",
) -> Occurrence:
    """The steps from `first` (by default the last one alone) to `last` as the name of a thing."""
    begin = last if first is None else first
    site, text = reference.site, reference.site.value.node.value
    start, end = _link(text, reference.steps[begin]).start, _link(text, reference.steps[last]).end
    span = Span(reference.steps[begin].span.start, reference.steps[last].span.end)
    form: Form = "dotted" if reference.steps[last].dotted else "bracket"
    quote = '"' if site.value.node.style == "single" else "'"
    return Occurrence(name, site.text_span(span), role, form, site.text_span(Span(start, end)), certain, quote)


def implied(reference: Reference, name: Name, step: int, *, certain: bool = True) -> Occurrence:
    """A step (-1: the root) that belongs to a thing without spelling its name."""
    span = reference.step_span(step)
    return Occurrence(name, span, "reference", "implied", span, certain)


def _link(text: str, step: Step) -> Span:
    """A step with its dot or its brackets."""
    if step.dotted:
        dot = text.rfind(".", 0, step.span.start)
        return Span(dot if dot >= 0 else step.span.start, step.span.end)
    opening, closing = text.rfind("[", 0, step.span.start), text.find("]", step.span.end)
    return Span(max(opening, 0), closing + 1 if closing >= 0 else step.span.end)
