"""The names of a flow."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tiercel_server.analysis.flow import FlowAnalysis
from tiercel_server.analysis.names.anchors import anchor_occurrences
from tiercel_server.analysis.names.context import OwnFlow
from tiercel_server.analysis.names.declared import declarations, dependencies
from tiercel_server.analysis.names.expressions import template_occurrences
from tiercel_server.analysis.names.model import Occurrence
from tiercel_server.analysis.names.structure import structural_occurrences
from tiercel_server.analysis.references import read_facts

_OUTWARD = re.compile(r"(?:kv|secret|subflow)\s*\(|outputs?\b.*\boutputs\b|(?:trigger|namespace)\s*[.\[]", re.DOTALL)
_KINDS = frozenset({"namespace", "flow", "kv", "secret", "plugin", "namespace-variable"})


def flow_occurrences(flow: FlowAnalysis) -> tuple[Occurrence, ...]:
    """Every name in a flow, in the order of the text."""
    own = OwnFlow(flow)
    found = [*declarations(own), *dependencies(own), *structural_occurrences(own)]
    found.extend(anchor_occurrences(flow.root, flow.source.text))
    for facts in flow.facts:
        found.extend(template_occurrences(facts, own))
    return in_order(found)


def declared_occurrences(own: OwnFlow) -> tuple[Occurrence, ...]:
    """What a flow declares, in the order of the text."""
    return in_order(declarations(own))


def outward_occurrences(flow: FlowAnalysis) -> tuple[Occurrence, ...]:
    """The names in a flow that belong to more than the flow itself: what an index of a workspace needs to keep.

    Templates that can't hold one by their text are not read.
    """
    own = OwnFlow(flow)
    found = [*declarations(own), *structural_occurrences(own)]
    for site in flow.templates:
        in_trigger = site.value.path[:1] == ("triggers",)
        if site.rendering != "literal" and (in_trigger or _OUTWARD.search(site.value.node.value)):
            found.extend(template_occurrences(read_facts(site), own))
    return in_order(each for each in found if each.name.kind in _KINDS or (each.name[1], each.name[2]) != own.id)


def in_order(found: Iterable[Occurrence]) -> tuple[Occurrence, ...]:
    """Occurrences in the order of the text, each once though an anchor is used several times."""
    return tuple(sorted(dict.fromkeys(found), key=lambda each: each.span))
