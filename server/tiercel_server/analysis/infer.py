"""The shape of an expression's value, as far as it is certain."""

from __future__ import annotations

from collections.abc import Mapping

from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.expressions import signatures
from tiercel_server.analysis.references import literal_path
from tiercel_server.analysis.scopes import Scope
from tiercel_server.analysis.shapes import (
    ANY,
    ANY_LIST,
    ANY_MAP,
    BOOLEAN,
    INTEGER,
    NULL,
    NUMBER,
    STRING,
    ListShape,
    MapShape,
    ScalarShape,
    Shape,
    member,
)

_BY_WORD: Mapping[str, Shape] = {
    "string": STRING,
    "integer": INTEGER,
    "number": NUMBER,
    "boolean": BOOLEAN,
    "list": ANY_LIST,
    "map": ANY_MAP,
}
_COMPARISONS = frozenset({"==", "!=", "equals", "<", ">", "<=", ">=", "is", "contains", "isIn", "and", "or"})


def shape_of(node: n.Expression, scope: Scope, local_names: frozenset[str] = frozenset()) -> Shape:
    """What an expression gives; `ANY` where it can't be told. `local_names` are set by the template itself."""
    if isinstance(node, n.Variable | n.Attribute | n.Subscript):
        return _named(node, scope, local_names)
    if isinstance(node, n.Call | n.Filter):
        table = signatures(scope.flow.version)
        signature = (table.functions if isinstance(node, n.Call) else table.filters).get(node.name)
        return _BY_WORD.get(signature.returns, ANY) if signature is not None else ANY
    if isinstance(node, n.Binary):
        return _binary(node)
    return _LITERALS.get(type(node), ANY)


def _named(node: n.Expression, scope: Scope, local_names: frozenset[str]) -> Shape:
    path = literal_path(node)
    if path is None or path[0] in local_names:
        return ANY
    if path[0] == "outputs" and len(path) > 1:
        # The outputs of all tasks are many: only the one that is named is looked at.
        shape, rest = scope.output(str(path[1])), path[2:]
    else:
        shape, rest = scope.root(str(path[0])), path[1:]
    for step in rest:
        shape = member(shape, step) if shape is not None else None
    return shape if shape is not None else ANY


def _binary(node: n.Binary) -> Shape:
    if node.operator in _COMPARISONS:
        return BOOLEAN
    return STRING if node.operator == "~" else ANY_LIST if node.operator == ".." else ANY


_LITERALS: Mapping[type, Shape] = {
    n.StringLiteral: STRING,
    n.Interpolation: STRING,
    n.IntegerLiteral: INTEGER,
    n.DoubleLiteral: NUMBER,
    n.BooleanLiteral: BOOLEAN,
    n.Test: BOOLEAN,
    n.NullLiteral: NULL,
    n.ListLiteral: ANY_LIST,
    n.MapLiteral: ANY_MAP,
}


def accepts(wanted: str, shape: Shape) -> bool:
    """Whether a value of a shape may stand where a signature wants `string`, `list | map` and so on."""
    words = {word.strip() for word in wanted.split("|")}
    if "any" in words or "date" in words:
        return True
    match shape:
        case ListShape():
            return "list" in words
        case MapShape():
            return "map" in words
        case ScalarShape(kind="string"):
            return bool(words & {"string", "number", "integer", "boolean"})
        case ScalarShape(kind="integer" | "number" | "boolean"):
            # Numbers are taken for their text nearly everywhere; where they are not, is said of the filter itself.
            return bool(words & {"string", "number", "integer", "boolean"})
    return True
