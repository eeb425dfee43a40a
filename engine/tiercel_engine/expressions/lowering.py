"""From our nodes to jinja2's: what the language means, told in jinja2's terms."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jinja2 import nodes as j

from tiercel_engine.expressions import calls
from tiercel_engine.expressions.binding import Bound, bind, signature_of
from tiercel_engine.expressions.compiling import LAZY
from tiercel_engine.expressions.programs import Catcher, Site, Wrapper
from tiercel_engine.expressions.values import Long
from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.expressions import walk
from tiercel_schemas.versions import KestraVersion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_COMPARISON = "Could not perform {} comparison"
_WRAPPED = {
    "+": "Could not perform addition",
    "-": "Could not perform subtraction",
    "*": "Could not perform multiplication",
    "/": "Could not perform division",
    "%": "Could not perform greater modulus",
    "==": _COMPARISON.format("equals"),
    "equals": _COMPARISON.format("equals"),
    "!=": _COMPARISON.format("not equals"),
    ">": _COMPARISON.format("greater than"),
    ">=": _COMPARISON.format("greater than or equals"),
    "<": "Could not perform less than comparisonPebb",
    "<=": _COMPARISON.format("less than or equals"),
}
_OLD_LESS_THAN = "Could not perform greater modulus"
_ORDERINGS = frozenset({">", ">=", "<", "<="})
_CONDITION = "Wrong operand(s) type in conditional expression"
_OPERATORS: dict[str, Callable[..., Any]] = {
    "+": calls.add,
    "-": calls.subtract,
    "*": calls.multiply,
    "/": calls.divide,
    "%": calls.remainder,
    "==": calls.equals,
    "equals": calls.equals,
    "!=": calls.differs,
    ">": calls.greater,
    ">=": calls.greater_or_equal,
    "<": calls.less,
    "<=": calls.less_or_equal,
    "~": calls.concatenate,
    "..": calls.stretch,
    "contains": calls.contains,
    "isIn": calls.is_in,
}


class Lowering:
    """Lowers one template; `sites` collects the places that may fail."""

    def __init__(self, template: n.Template, version: KestraVersion) -> None:
        self._text = template.text
        self._version = version
        self._around: list[Wrapper | Catcher] = []
        self._catchers = 0
        self._names = 0
        self._blocks: dict[str, n.Block] = {}
        self._hidden: set[int] = set()
        self._filtering = False  # whether what is printed is caught as text
        self.sites: list[Site] = [Site(1, 0)]

    def lower(self, template: n.Template) -> j.Template:
        """The whole template: first its macros and blocks, which may be called before they stand."""
        body: list[j.Node] = []
        macros: set[str] = set()
        # Nothing outside knows what is defined inside of a `filter` tag.
        self._hidden = {id(inner) for node in walk(template) if isinstance(node, n.FilterBlock) for inner in walk(node)}
        for node in walk(template):
            if id(node) in self._hidden and isinstance(node, n.Macro | n.Block):
                continue
            if isinstance(node, n.Macro):
                if node.name in macros:
                    body.append(j.ExprStmt(_call(calls.refuse_macro, j.Const(node.name))))
                macros.add(node.name)
                body += self._macro(node)
            elif isinstance(node, n.Block):
                self._blocks[node.name] = node
        for block in self._blocks.values():
            body += self._named_block(block)
        body += self._body(template.parts)
        return j.Template(body)

    # Places

    def _line(self, node: n.Node) -> int:
        """The line that Kestra names: for an operation, that of what follows it; none for a `filter` tag's filters."""
        if isinstance(node, n.Filter) and _is_of_tag(node):
            return 0
        place = node.span.start
        if isinstance(node, n.Binary):
            rest = self._text[node.span.end :]
            place = len(self._text) - len(rest.lstrip())
        return self._text.count("\n", 0, place) + 1

    def _site(self, node: n.Node) -> j.Const:
        self.sites.append(Site(self._line(node), node.span.start, tuple(reversed(self._around))))
        return j.Const(len(self.sites) - 1)

    @contextmanager
    def _wrapped(self, message: str, node: n.Node) -> Iterator[None]:
        self._around.append(Wrapper(message, self._line(node)))
        yield
        self._around.pop()

    @contextmanager
    def _catching(self) -> Iterator[j.Const]:
        self._catchers += 1
        self._around.append(Catcher(self._catchers))
        yield j.Const(self._catchers)
        self._around.pop()

    def _name(self) -> str:
        self._names += 1
        return f"_{self._names}"

    # Tags

    def _body(self, parts: Sequence[n.Part]) -> list[j.Node]:
        return [node for part in parts for node in self._part(part)]

    def _part(self, part: n.Part) -> list[j.Node]:
        match part:
            case n.Text(value=value) | n.Raw(value=value) | n.Verbatim(value=value):
                return [j.Output([j.TemplateData(value)])]
            case n.Print(expression=expression):
                printed = self._expression(expression)
                return [j.Output([_call(calls.shown, printed) if self._filtering else printed])]
            case n.If():
                return [self._if(part)]
            case n.For():
                return [self._for(part)]
            case n.Set(name=name, value=value):
                return [j.ExprStmt(_call(calls.assign, _CONTEXT, j.Const(name), self._expression(value)))]
            case n.FilterBlock():
                return self._filter_block(part)
            case n.Block() if id(part) in self._hidden:
                return []
            case n.Block(name=name, body=body):
                # Of several blocks of one name the last is printed in the place of each.
                return self._body(self._blocks[name].body if name in self._blocks else body)
            case _:
                return []

    def _if(self, node: n.If) -> j.Node:
        otherwise = self._body(node.otherwise or ())
        for branch in reversed(node.branches):
            with self._wrapped(_CONDITION, node):
                test = _call(calls.holds, self._expression(branch.condition), self._site(branch.condition))
            otherwise = [j.If(test, self._body(branch.body), [], otherwise)]
        return otherwise[0]

    def _for(self, node: n.For) -> j.Node:
        turns = _call(
            calls.turns,
            _CONTEXT,
            j.Const(node.variable),
            self._expression(node.iterable),
            self._site(node),
            j.Const(node.otherwise is not None),
        )
        body = self._body(node.body)
        if node.otherwise is not None:
            # Turns are told by True; the one turn of an empty list by False.
            name = self._name()
            choice = j.If(j.Name(name, "load"), body, [], self._body(node.otherwise))
            return j.For(j.Name(name, "store"), turns, [choice], [], None, False)  # noqa: FBT003 - jinja2 takes no names
        return j.For(j.Name(self._name(), "store"), turns, body, [], None, False)  # noqa: FBT003 - jinja2 takes no names

    def _captured(self, body: Sequence[n.Part]) -> tuple[j.Node, j.Expr]:
        name = self._name()
        return j.Macro(name, [], [], self._body(body)), j.Name(name, "load")

    def _captured_as_text(self, body: Sequence[n.Part]) -> tuple[j.Node, j.Expr]:
        outer, self._filtering = self._filtering, True
        captured = self._captured(body)
        self._filtering = outer
        return captured

    def _filter_block(self, node: n.FilterBlock) -> list[j.Node]:
        definition, name = self._captured_as_text(node.body)
        self._input = _call(calls.captured, name)
        return [definition, j.Output([self._expression(node.filters)])]

    def _macro(self, node: n.Macro) -> list[j.Node]:
        definition, name = self._captured_as_text(node.body)
        parameters = j.List(
            [
                j.Tuple(
                    [
                        j.Const(parameter.name),
                        j.Const(None) if parameter.default is None else _lazy(self._expression(parameter.default)),
                    ],
                    "load",
                )
                for parameter in node.parameters
            ]
        )
        return [definition, j.ExprStmt(_call(calls.define_macro, _CONTEXT, j.Const(node.name), parameters, name))]

    def _named_block(self, node: n.Block) -> list[j.Node]:
        definition, name = self._captured(node.body)
        return [definition, j.ExprStmt(_call(calls.define_block, _CONTEXT, j.Const(node.name), name))]

    # Expressions

    def _expression(self, node: n.Expression) -> j.Expr:  # noqa: PLR0911 - a table by type
        match node:
            case n.NullLiteral() | n.Missing():
                return j.Const(None)
            case n.BooleanLiteral(value=flag):
                return j.Const(flag)
            case n.IntegerLiteral(value=number):
                return j.Const(Long(number))
            case n.DoubleLiteral(value=double):
                return j.Const(double)
            case n.StringLiteral(value=text):
                return j.Const(text)
            case n.Interpolation(parts=(item,)):
                return self._expression(item)
            case n.Interpolation(parts=items):
                return _call(calls.interpolate, *map(self._expression, items))
            case n.ListLiteral(items=items):
                return j.List([self._expression(item) for item in items])
            case n.MapLiteral(entries=entries):
                pairs = [j.Tuple([self._expression(k), self._expression(v)], "load") for k, v in entries]
                return _call(calls.make_map, j.List(pairs))
            case n.Variable(name=name):
                return _call(calls.variable, _CONTEXT, j.Const(name), self._site(node))
            case _:
                return self._compound(node)

    def _compound(self, node: n.Expression) -> j.Expr:
        match node:
            case n.Attribute() | n.Subscript():
                return self._access(node)
            case n.Call():
                return self._call_of(node)
            case n.Filter():
                return self._filter(node)
            case n.FilterInput():
                return self._input
            case n.Test():
                return self._test(node)
            case n.Unary():
                return self._unary(node)
            case n.Binary():
                return self._binary(node)
            case n.Ternary(condition=condition, then=then, otherwise=otherwise):
                test = _call(calls.chooses, self._expression(condition), self._site(condition))
                return j.CondExpr(test, self._expression(then), self._expression(otherwise))
        msg = f"not an expression: {type(node).__name__}"
        raise TypeError(msg)

    def _access(self, node: n.Attribute | n.Subscript) -> j.Expr:
        target = self._expression(node.target)
        root = j.Const(node.target.name if isinstance(node.target, n.Variable) else None)
        if isinstance(node, n.Subscript):
            key = self._expression(node.key)
            return _call(calls.subscript, _CONTEXT, target, key, root, self._site(node))
        if node.arguments is None:
            return _call(calls.attribute, _CONTEXT, target, j.Const(node.name), root, self._site(node))
        arguments = j.Tuple([self._expression(argument.value) for argument in node.arguments], "load")
        return _call(calls.invoke, target, j.Const(node.name), arguments, root, self._site(node))

    def _call_of(self, node: n.Call) -> j.Expr:
        signature = signature_of(node, self._version)
        if signature is None:
            positional = j.List([self._expression(a.value) for a in node.arguments if a.name is None])
            named = _named([(a.name, self._expression(a.value)) for a in node.arguments if a.name is not None])
            return _call(
                calls.call_macro, _CONTEXT, j.Const(node.name), _lazy(positional), _lazy(named), self._site(node)
            )
        bound = bind(node, signature)
        if isinstance(bound, str):
            return self._failing(bound, node)
        return _call(calls.call_function, _CONTEXT, j.Const(node.name), self._bound(bound), self._site(node))

    def _bound(self, bound: Bound) -> j.Expr:
        pairs: list[tuple[str, j.Expr]] = [(name, self._expression(value)) for name, value in bound.named]
        if bound.rest is not None:
            pairs.append((bound.rest[0], j.List([self._expression(value) for value in bound.rest[1]])))
        return _named(pairs)

    def _failing(self, message: str, node: n.Node) -> j.Expr:
        return _call(calls.fail, j.Const(message), self._site(node))

    def _filter(self, node: n.Filter) -> j.Expr:
        signature = signature_of(node, self._version)
        if signature is None:
            return self._failing(f"Filter [{node.name}] does not exist.", node)
        bound = bind(node, signature)
        if isinstance(bound, str):
            return self._failing(bound, node)
        arguments = self._bound(bound)
        if node.name == "default":
            with self._catching() as catcher:
                target = _call(calls.or_null, _CONTEXT, _lazy(self._expression(node.target)), catcher)
        else:
            target = self._expression(node.target)
        return _call(calls.apply_filter, _CONTEXT, j.Const(node.name), target, arguments, self._site(node))

    def _test(self, node: n.Test) -> j.Expr:
        signature = signature_of(node, self._version)
        if signature is None:
            return self._failing(f"Test [{node.name}] does not exist.", node)
        if node.name == "defined":
            with self._catching() as catcher:
                target = _call(calls.or_null, _CONTEXT, _lazy(self._expression(node.target)), catcher)
        else:
            target = self._expression(node.target)
        asked = _call(calls.ask, _CONTEXT, j.Const(node.name), target, self._site(node))
        return j.Not(asked) if node.negated else asked

    def _unary(self, node: n.Unary) -> j.Expr:
        operand = self._expression(node.operand)
        match node.operator:
            case "not":
                return j.Not(_call(calls.truth, operand, j.Const("not"), self._site(node)))
            case "-":
                return _call(calls.minus, operand, self._site(node))
            case _:
                return _call(calls.plus, operand, self._site(node))

    def _binary(self, node: n.Binary) -> j.Expr:
        match node.operator:
            case "??" | "???":
                return self._coalesce(node)
            case "and" | "or":
                kind = j.And if node.operator == "and" else j.Or
                return kind(
                    _call(calls.truth, self._expression(node.left), j.Const("and"), self._site(node)),
                    _call(calls.truth, self._expression(node.right), j.Const("and"), self._site(node)),
                )
        function = _OPERATORS[node.operator]
        message = _WRAPPED.get(node.operator)
        if node.operator == "<" and self._version is KestraVersion.V1_3:
            message = _OLD_LESS_THAN
        if message is None or (node.operator in _ORDERINGS and self._version is not KestraVersion.V1_3):
            # An operand that fails does so by itself: only the comparison is wrapped, if anything.
            left, right = self._expression(node.left), self._expression(node.right)
            if function is calls.contains:
                right = _lazy(right)
            return _call(function, _CONTEXT, left, right, self._operation_site(message, node))
        with self._wrapped(message, node):
            left, right = self._expression(node.left), self._expression(node.right)
            return _call(function, _CONTEXT, left, right, self._site(node))

    def _operation_site(self, message: str | None, node: n.Binary) -> j.Const:
        if message is None:
            return self._site(node)
        with self._wrapped(message, node):
            return self._site(node)

    def _coalesce(self, node: n.Binary) -> j.Expr:
        with self._catching() as catcher:
            left = _lazy(self._expression(node.left))
        function = calls.coalesce if node.operator == "??" else calls.coalesce_undefined
        return _call(function, _CONTEXT, left, _lazy(self._expression(node.right)), catcher)


def _is_of_tag(node: n.Filter) -> bool:
    target: n.Expression = node
    while isinstance(target, n.Filter):
        target = target.target
    return isinstance(target, n.FilterInput)


_CONTEXT = j.ContextReference()


def _call(function: Callable[..., Any], *arguments: j.Expr) -> j.Expr:
    name = j.ImportedName(f"{function.__module__}.{function.__name__}")
    return j.Call(name, list(arguments), [], None, None)


def _lazy(expression: j.Expr) -> j.Expr:
    return j.Call(j.ImportedName(LAZY), [expression], [], None, None)


def _named(pairs: list[tuple[str, j.Expr]]) -> j.Expr:
    return j.Dict([j.Pair(j.Const(name), value) for name, value in pairs])
