"""jinja2's sandboxed environment and code generator, taught to write values instead of text.

The program of a template calls nothing but the functions of `calls` (as imported names) and jinja2's own loops,
conditions and macros: no attribute of a Python object can be reached from an expression.
"""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator
from jinja2.sandbox import SandboxedEnvironment

from tiercel_engine.expressions.errors import RenderError
from tiercel_engine.expressions.limits import MAX_OUTPUT
from tiercel_engine.expressions.texts import printed, too_large
from tiercel_engine.expressions.values import Long, SafeString

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jinja2.compiler import Frame

LAZY = "tiercel_engine.expressions.calls.lazy"
"""A call of this name stands for an expression that its receiver evaluates when it likes."""


def joined(values: Iterable[Any]) -> SafeString:
    """The text of what a captured body wrote."""
    parts: list[str] = []
    size = 0
    for value in values:
        text = value if type(value) is str else printed(value)
        size += len(text)
        if size > MAX_OUTPUT:
            raise too_large()
        parts.append(text)
    return SafeString("".join(parts))


class TemplateCodeGenerator(CodeGenerator):
    """Writes each value as it is, calls our functions directly, and keeps Longs apart from other numbers."""

    def __init__(self, environment: SandboxedEnvironment, stream: StringIO) -> None:
        super().__init__(environment, None, None, stream, optimized=False)
        self.constants: list[Any] = []

    def visit_Const(self, node: nodes.Const, frame: Frame) -> None:  # noqa: N802
        """A constant; jinja2 would write a Long like any other int, and text with line breaks is kept whole."""
        if isinstance(node.value, Long):
            self.constants.append(node.value)
            self.write(f"constants[{len(self.constants) - 1}]")
        else:
            super().visit_Const(node, frame)

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: FBT001, FBT002, N802
        """Our own functions need no check of the sandbox."""
        if not isinstance(node.node, nodes.ImportedName):
            super().visit_Call(node, frame, forward_caller)
            return
        if node.node.importname == LAZY:
            self.write("(lambda: ")
            self.visit(node.args[0], frame)
            self.write(")")
            return
        self.visit(node.node, frame)
        self.write("(")
        for index, argument in enumerate(node.args):
            if index:
                self.write(", ")
            self.visit(argument, frame)
        self.write(")")

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:  # noqa: N802
        """Values are handed on, not their text."""
        for child in node.nodes:
            if frame.buffer is None:
                self.writeline("yield ", node)
            else:
                self.writeline(f"{frame.buffer}.append(", node)
            if isinstance(child, nodes.TemplateData):
                self.write(repr(child.data))
            else:
                self.visit(child, frame)
            if frame.buffer is not None:
                self.write(")")


class TemplateEnvironment(SandboxedEnvironment):
    """The environment of every template: nothing in it but the language itself."""

    code_generator_class = TemplateCodeGenerator
    concat = staticmethod(joined)

    def __init__(self) -> None:
        super().__init__(autoescape=False, optimized=False, cache_size=0)
        self.globals.clear()
        self.filters.clear()
        self.tests.clear()

    def program(self, tree: nodes.Template) -> Callable[[Any], Iterator[Any]]:
        """Compiles a tree. Raises RenderError for one that is too large for Python's compiler."""
        tree.set_environment(self)
        tree.set_lineno(1)
        stream = StringIO()
        generator = TemplateCodeGenerator(self, stream)
        try:
            generator.visit(tree)
            code = compile(stream.getvalue(), "<expression>", "exec")
        except (RecursionError, SyntaxError, MemoryError, OverflowError) as error:
            raise RenderError("The template is too complex to be evaluated", "StackOverflowError") from error
        namespace: dict[str, Any] = {"environment": self, "constants": generator.constants}
        exec(code, namespace)  # noqa: S102 - code that jinja2's compiler wrote from our own tree
        root: Callable[[Any], Iterator[Any]] = namespace["root"]
        return root
