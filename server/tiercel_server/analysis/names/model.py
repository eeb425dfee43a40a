"""What a name is, and where it occurs."""

from __future__ import annotations

from typing import Literal, NamedTuple

from tiercel_schemas.source.spans import Span

NameKind = Literal[
    "namespace",
    "flow",
    "input",
    "output",
    "loop-output",
    "task",
    "trigger",
    "variable",
    "label",
    "kv",
    "namespace-variable",
    "secret",
    "plugin",
    "local",
    "anchor",
]
Role = Literal["declaration", "write", "reference", "call", "listen"]
"""`write` gives a value where none is declared here (a `kv.Set`), `call` starts a flow, `listen` waits for its end."""

Form = Literal["scalar", "part", "dotted", "bracket", "string", "word", "implied"]
"""How a name is written: a whole scalar or key of YAML, a part of one, behind a dot, in brackets, as a text in an
expression, or as a bare word there. `implied`: what stands there belongs to the thing but does not spell its name."""


class Name(NamedTuple):
    """The one name of a thing: of what kind, of which flow ("" where it is of none), and the steps that lead to it.

    A task has its id as its only step, a variable those behind `vars`, an input those behind `inputs`; a flow and a
    namespace have none. In a flow without an id its place in the document stands for it.
    """

    kind: NameKind
    namespace: str
    flow: str = ""
    steps: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The name as people say it."""
        if self.kind == "namespace":
            return self.namespace
        if self.kind == "flow":
            return self.flow
        if self.kind in {"loop-output", "local"}:
            return self.steps[-1]
        return ".".join(self.steps)

    @property
    def owner(self) -> Name:
        """The flow that it belongs to."""
        return Name("flow", self.namespace, self.flow)


class Occurrence(NamedTuple):
    """A place where a name stands.

    `span` is that of the name itself, without quotes; `whole` that of all that goes with it: the quotes of a scalar or
    text, the dot or the brackets of a step. `certain` is false where it depends on other documents whether the thing is
    meant: it counts only where such a thing is declared. `quote` is the quote that a text in the expression may have.
    """

    name: Name
    span: Span
    role: Role
    form: Form
    whole: Span
    certain: bool = True
    quote: str = "'"
