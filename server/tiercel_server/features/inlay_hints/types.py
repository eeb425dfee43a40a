"""The types of the flow's inputs where expressions name them."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.mappings import find_text
from tiercel_server.analysis.symbols import InputSymbol
from tiercel_server.features.inlay_hints.model import InlayHint

_LONGEST = 60


def type_hints(flow: FlowAnalysis) -> Iterator[InlayHint]:
    """A type behind each `inputs.x` that names a declared input."""
    inputs = {each.steps: each for each in reversed(flow.outline.inputs) if each.id and each.type}
    if not inputs:
        return
    for reference in flow.references:
        if reference.root != "inputs" or not reference.steps:
            continue
        names = tuple(str(name) for name in reference.names)
        for length in range(len(names), 0, -1):
            symbol = inputs.get(names[:length])
            if symbol is not None:
                if symbol.type != "FORM":
                    step = reference.steps[length - 1]
                    end = reference.site.text_span(step.span).end + (0 if step.dotted else 2)
                    yield InlayHint(end, f": {_type(symbol)}", "type", _more(symbol))
                break


def _type(symbol: InputSymbol) -> str:
    item = find_text(symbol.node, "itemType")
    return f"{symbol.type} of {item}" if item else symbol.type


def _more(symbol: InputSymbol) -> str:
    default = find_text(symbol.node, "defaults")
    said = find_text(symbol.node, "description") or find_text(symbol.node, "displayName") or ""
    if default:
        shown = default if len(default) <= _LONGEST else f"{default[:_LONGEST]}…"
        return "\n\n".join(part for part in (said, f"By default `{shown}`.") if part)
    return said
