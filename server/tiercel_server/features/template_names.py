"""The names that a template's own tags bring in: variables of loops, what is set, parameters of macros."""

from __future__ import annotations

from collections.abc import Sequence

from tiercel_schemas.expressions import nodes as n
from tiercel_server.analysis.scopes import Scope
from tiercel_server.analysis.shapes import ANY, BOOLEAN, INTEGER, MapShape, Shape
from tiercel_server.features.expression_shapes import Locals, shape_of

_LOOP = MapShape({"index": INTEGER, "length": INTEGER, "first": BOOLEAN, "last": BOOLEAN, "revindex": INTEGER})


def template_names(template: n.Template, chain: Sequence[n.Node], scope: Scope | None) -> Locals:
    """The names from tags around and before a place; `chain` are the nodes that hold it, outermost first."""
    found: dict[str, Shape] = {}
    for part in template.parts:
        if isinstance(part, n.Set):
            found[part.name] = shape_of(part.value, scope, found)
    for node in chain:
        if isinstance(node, n.For):
            iterated = shape_of(node.iterable, scope, found)
            found[node.variable] = getattr(iterated, "item", ANY)
            found["loop"] = _LOOP
            body: tuple[n.Part, ...] = node.body
        elif isinstance(node, n.IfBranch):
            body = node.body
        elif isinstance(node, n.Macro):
            found.update((parameter.name, ANY) for parameter in node.parameters)
            body = node.body
        else:
            continue
        for part in body:
            if isinstance(part, n.Set):
                found[part.name] = shape_of(part.value, scope, found)
    return found
