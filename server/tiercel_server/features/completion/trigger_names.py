"""What the triggers of a flow put behind `trigger.`."""

from __future__ import annotations

from tiercel_schemas.source.nodes import Path
from tiercel_server.analysis import FlowAnalysis

_OF_ANY = "_context"


def names_given_by_triggers(flow: FlowAnalysis, path: Path) -> frozenset[str] | None:
    """The names that the flow's triggers give, or the one around `path`; None where that is not known.

    A flow without triggers, or with one whose outputs the catalog does not tell, may be given anything.
    """
    around = tuple(each for each in flow.outline.triggers if path[:2] == each.path)
    names: set[str] = set()
    for trigger in around or flow.outline.triggers:
        plugin = flow.catalog.plugin(trigger.type) if trigger.type else None
        if plugin is None or plugin.open or not plugin.outputs:
            return None
        names |= {_OF_ANY, *plugin.outputs}
    return frozenset(names) or None
