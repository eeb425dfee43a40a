"""Walking over nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiercel_schemas.expressions import nodes as n

if TYPE_CHECKING:
    from collections.abc import Iterator


def children(node: n.Node | n.Template) -> Iterator[n.Node]:
    """The nodes directly below, in the order of the text."""
    match node:
        case n.Template(parts=parts):
            yield from parts
        case n.Interpolation(parts=items) | n.ListLiteral(items=items) | n.Call(arguments=items):
            yield from items
        case n.MapLiteral(entries=entries):
            for key, value in entries:
                yield key
                yield value
        case n.Argument(value=value) | n.Set(value=value) | n.Print(expression=value):
            yield value
        case n.Attribute(target=target, arguments=arguments):
            yield target
            yield from arguments or ()
        case n.Subscript(target=target, key=key):
            yield target
            yield key
        case n.Filter(target=target, arguments=arguments) | n.Test(target=target, arguments=arguments):
            yield target
            yield from arguments
        case n.Unary(operand=operand):
            yield operand
        case n.Binary(left=left, right=right):
            yield left
            yield right
        case n.Ternary(condition=condition, then=then, otherwise=otherwise):
            yield condition
            yield then
            yield otherwise
        case _:
            yield from _tag_children(node)


def _tag_children(node: n.Node | n.Template) -> Iterator[n.Node]:
    match node:
        case n.If(branches=branches, otherwise=otherwise):
            yield from branches
            yield from otherwise or ()
        case n.IfBranch(condition=condition, body=body):
            yield condition
            yield from body
        case n.For(iterable=iterable, body=body, otherwise=otherwise):
            yield iterable
            yield from body
            yield from otherwise or ()
        case n.Macro(parameters=parameters, body=body):
            yield from parameters
            yield from body
        case n.MacroParameter(default=default):
            if default is not None:
                yield default
        case n.Block(body=body):
            yield from body
        case n.FilterBlock(filters=filters, body=body):
            yield filters
            yield from body
        case _:
            return


def walk(node: n.Node | n.Template) -> Iterator[n.Node]:
    """The node (not a `Template` itself) and all below it, parents before their children."""
    stack: list[n.Node | n.Template] = [node]
    while stack:
        top = stack.pop()
        if isinstance(top, n.Node):
            yield top
        stack.extend(reversed(list(children(top))))


def nodes_at(root: n.Node | n.Template, offset: int) -> list[n.Node]:
    """The nodes whose span holds `offset` (edges included), outermost first."""
    found: list[n.Node] = []
    level: list[n.Node] = [node for node in children(root) if node.span.contains(offset)]
    while level:
        # Where two nodes touch at the offset the one that ends there is being typed.
        node = level[0]
        found.append(node)
        level = [child for child in children(node) if child.span.contains(offset)]
    return found
