"""What a called flow takes for inputs that a call leaves out."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.source.nodes import MappingNode
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.mappings import effective_pairs, find_pair, find_value
from tiercel_server.analysis.names.calls import target_of
from tiercel_server.analysis.names.context import OwnFlow
from tiercel_server.features.inlay_hints.model import HintSources, InlayHint

_MOST = 3
_LONGEST = 24


def default_hints(flow: FlowAnalysis, sources: HintSources) -> Iterator[InlayHint]:
    """A note behind `inputs:` (or `flowId`, where none are given) of each call."""
    own = OwnFlow(flow).id
    for task in flow.outline.tasks:
        target = target_of(task, own[0])
        known = sources.index.flows.get(*target) if target is not None else None
        if known is None:
            continue
        given_node = find_value(task.node, "inputs")
        given = {pair.name for pair in effective_pairs(given_node)} if isinstance(given_node, MappingNode) else set()
        heads = {str(name).partition(".")[0] for name in given}
        left = [
            each
            for each in known.inputs
            if each.default and each.id not in given and each.id.partition(".")[0] not in heads
        ]
        pair = find_pair(task.node, "inputs") if isinstance(given_node, MappingNode) else find_pair(task.node, "flowId")
        if not left or pair is None:
            continue
        shown = [f"{each.id} = {_short(each.default)}" for each in left[:_MOST]]
        more = f", {len(left) - _MOST} more" if len(left) > _MOST else ""
        at_key = isinstance(given_node, MappingNode) and not given_node.flow_style
        end = pair.key.span.end + 1 if at_key or pair.value is None else pair.value.span.end
        tooltip = "Defaults of the called flow:\n\n" + "\n".join(f"- `{each.id}`: `{each.default}`" for each in left)
        yield InlayHint(end, f"{', '.join(shown)}{more} by default", "note", tooltip)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
