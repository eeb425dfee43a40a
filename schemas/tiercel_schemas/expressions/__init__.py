"""The syntax of `{{ }}`: tokens, parser, nodes, and the signatures of functions, filters and tests.

Reading: `parse_template(text, version)` gives a `Template`, never raises and never hangs.

- `template.parts`: `Text`, `Raw`, `Verbatim`, `Comment`, `Print(expression)`, and the tags `If`, `For`, `Set`,
  `Macro`, `Block`, `FilterBlock`, `UnknownTag`. Tags hold parts in turn (`body`, `otherwise`).
- `template.problems`: `ExpressionProblem(message, span, engine_message)` in plain words, at most one per
  `{{ }}` or `{% %}`. Without problems the reading is exactly Kestra's.
- `template.sole_expression`: the expression of a template that is nothing but one `{{ … }}`.

Nodes are frozen dataclasses. `span` is the stretch in the template's text (code points), `name_span` that of a
name inside it; places don't count when nodes are compared. What one meets most:

- `Variable(name)` is a root (`inputs`), `Attribute(target, name)` is `target.name` (with `arguments` when called),
  `Subscript(target, key)` is `target[key]`: `outputs['a'].value` is
  `Attribute(Subscript(Variable("outputs"), StringLiteral("a")), "value")`.
- `Call(name, arguments)` is a function or macro, `Filter(target, name, arguments)` is `target | name(…)`,
  `Test(target, name, negated)` is `target is name`; each `Argument` has a `value` and, when named, a `name`.
- `Binary(operator, left, right)`, `Unary(operator, operand)`, `Ternary(condition, then, otherwise)`; literals.

Half-typed text keeps what was read: `{{ inputs.` gives `Attribute(Variable("inputs"), name="")`, `{{ x | ` a
`Filter` with the name "", `{{ f(a, ` a `Call` with a `Missing` as its last argument. So that completion can ask
what stands before the cursor: `nodes_at(template, offset)` lists the nodes around an offset, outermost first.

`walk(node)` gives a node and everything below it, `children(node)` one level. `print_template` and
`print_expression` write nodes as text again. `binary_operators(version)` tells precedence.

Documentation and types of what can be called, by version: `signatures(version)` has mappings `functions`,
`filters`, `tests`, `tags` and `operators` from name to `Signature(name, kind, parameters, returns, summary,
since, until, deprecated)` of what that version knows; `all_signatures(kind)` has those of every version, to say
`json() was removed in 2.0, use fromJson()` (`replacement`).
"""

from tiercel_schemas.expressions.nodes import (
    Argument,
    Attribute,
    Binary,
    Block,
    BooleanLiteral,
    Call,
    Comment,
    DoubleLiteral,
    Expression,
    Filter,
    FilterBlock,
    FilterInput,
    For,
    If,
    IfBranch,
    IntegerLiteral,
    Interpolation,
    ListLiteral,
    Macro,
    MacroParameter,
    MapLiteral,
    Missing,
    Node,
    NullLiteral,
    Part,
    Print,
    Raw,
    Set,
    StringLiteral,
    Subscript,
    Template,
    Ternary,
    Test,
    Text,
    Unary,
    UnknownTag,
    Variable,
    Verbatim,
)
from tiercel_schemas.expressions.parser import parse_template
from tiercel_schemas.expressions.printer import print_expression, print_template
from tiercel_schemas.expressions.problems import ExpressionProblem
from tiercel_schemas.expressions.signatures import (
    Parameter,
    Signature,
    SignatureKind,
    Signatures,
    all_signatures,
    signatures,
)
from tiercel_schemas.expressions.tokens import Operator, binary_operators
from tiercel_schemas.expressions.visitor import children, nodes_at, walk

__all__ = [
    "Argument",
    "Attribute",
    "Binary",
    "Block",
    "BooleanLiteral",
    "Call",
    "Comment",
    "DoubleLiteral",
    "Expression",
    "ExpressionProblem",
    "Filter",
    "FilterBlock",
    "FilterInput",
    "For",
    "If",
    "IfBranch",
    "IntegerLiteral",
    "Interpolation",
    "ListLiteral",
    "Macro",
    "MacroParameter",
    "MapLiteral",
    "Missing",
    "Node",
    "NullLiteral",
    "Operator",
    "Parameter",
    "Part",
    "Print",
    "Raw",
    "Set",
    "Signature",
    "SignatureKind",
    "Signatures",
    "StringLiteral",
    "Subscript",
    "Template",
    "Ternary",
    "Test",
    "Text",
    "Unary",
    "UnknownTag",
    "Variable",
    "Verbatim",
    "all_signatures",
    "binary_operators",
    "children",
    "nodes_at",
    "parse_template",
    "print_expression",
    "print_template",
    "signatures",
    "walk",
]
