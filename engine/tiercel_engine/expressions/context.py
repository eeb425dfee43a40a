"""The state of one rendering: variables in their scopes, macros, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiercel_engine.expressions.errors import PebbleError
from tiercel_engine.expressions.limits import MAX_MACRO_DEPTH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tiercel_engine.expressions.budget import Budget
    from tiercel_engine.expressions.programs import Program
    from tiercel_engine.expressions.renderer import Renderer
    from tiercel_engine.expressions.services import RenderServices
    from tiercel_schemas.versions import KestraVersion


class _NoEscaping:
    """What jinja2's macros ask about escaping."""

    autoescape = False
    volatile = False


_NO_ESCAPING = _NoEscaping()


class RenderContext:
    """What compiled code calls its context. One is made for each rendering of a template.

    `scopes` are the variables set by the template, innermost last, over the `given` ones. Inside a macro only the
    scopes of the macro are seen.
    """

    __slots__ = (
        "blocks_of_template",
        "budget",
        "changed",
        "depth",
        "eval_ctx",
        "given",
        "macro_depth",
        "macros",
        "program",
        "renderer",
        "scopes",
        "vars",
    )

    def __init__(
        self, renderer: Renderer, program: Program, given: Mapping[str, Any], depth: int, budget: Budget
    ) -> None:
        self.renderer = renderer
        self.program = program
        self.given: Mapping[str, Any] = given
        self.depth = depth
        self.scopes: list[dict[str, Any]] = []
        self.macros: dict[str, tuple[list[tuple[str, Callable[[], Any] | None]], Callable[[], Any]]] = {}
        self.blocks_of_template: dict[str, Callable[[], Any]] = {}
        self.changed: dict[int, tuple[list[Any], list[Any]]] = {}
        self.budget = budget
        self.vars: dict[str, Any] = {}  # jinja2's code notes its macros here
        self.eval_ctx = _NO_ESCAPING
        self.macro_depth = 0

    # What jinja2's code asks of a context

    def resolve_or_missing(self, _name: str) -> Any:
        """Compiled code asks for its own names only."""
        return None

    # Variables

    def lookup(self, name: str) -> Any:
        """The value of a variable. Raises KeyError."""
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return self.given[name]

    def find(self, name: str) -> Any:
        """The value of a variable, None when there is none."""
        try:
            return self.lookup(name)
        except KeyError:
            return None

    def variables(self) -> Mapping[str, Any]:
        """All variables that are visible here."""
        merged = dict(self.given)
        for scope in self.scopes:
            merged.update(scope)
        return merged

    def assign(self, name: str, value: Any) -> None:
        """Sets a variable where it is known, else in the innermost scope."""
        for scope in reversed(self.scopes):
            if name in scope:
                scope[name] = value
                return
        if not self.scopes:
            self.scopes.append({})
        innermost = 0 if name in self.given else -1
        self.scopes[innermost][name] = value

    def changed_list(self, original: Any, items: list[Any]) -> list[Any]:
        """Remembers that a list was changed in place, without changing what the caller gave.

        Java changes the list itself. Here the first change makes a copy that stands for it from then on; the
        original is kept, so that no other list gets its identity.
        """
        if type(original) is not list:
            return items
        known = self.changed.get(id(original))
        if known is not None:
            known[1][:] = items
            return known[1]
        self.changed[id(original)] = (original, items)
        self.changed[id(items)] = (items, items)
        return items

    def current(self, value: list[Any]) -> list[Any]:
        """What stands for a list by now."""
        known = self.changed.get(id(value))
        return value if known is None else known[1]

    # Surroundings

    @property
    def version(self) -> KestraVersion:
        """The version whose rules hold."""
        return self.renderer.version

    @property
    def services(self) -> RenderServices:
        """The surroundings."""
        return self.renderer.services

    def render_again(self, value: Any, passes: int) -> Any:
        """Renders the texts inside a value again, in these variables."""
        return self.renderer.render_nested(value, self, passes)

    def print_block(self, name: str) -> str:
        """The text of a block of the template, nothing when it has none of the name."""
        body = self.blocks_of_template.get(name)
        self.step()
        if body is None:
            return ""
        if self.macro_depth >= MAX_MACRO_DEPTH:
            raise PebbleError(f"Blocks are nested more than {MAX_MACRO_DEPTH} deep")
        self.macro_depth += 1
        try:
            return str(body())
        finally:
            self.macro_depth -= 1

    # Limits and macros

    def step(self) -> None:
        """Counts a turn of a loop or a call of a macro."""
        self.budget.step()

    def _defaults(self, parameters: list[tuple[str, Callable[[], Any] | None]]) -> dict[str, Any]:
        """The defaults of a macro, which see nothing but those before them."""
        scope: dict[str, Any] = {}
        outer_scopes, outer_given = self.scopes, self.given
        self.scopes, self.given = [scope], {}
        try:
            for parameter, default in parameters:
                scope[parameter] = None if default is None else default()
        finally:
            self.scopes, self.given = outer_scopes, outer_given
        return scope

    def call_macro(self, name: str, positional: list[Any], named: dict[str, Any]) -> Any:
        """The text of a macro with arguments."""
        parameters, body = self.macros[name]
        self.step()
        if self.macro_depth >= MAX_MACRO_DEPTH:
            raise PebbleError(f"Macros are nested more than {MAX_MACRO_DEPTH} deep")
        scope: dict[str, Any] = self._defaults(parameters)
        for (parameter, _), value in zip(parameters, positional, strict=False):
            scope[parameter] = value
        for argument, value in named.items():
            if argument not in scope:
                raise PebbleError(f"The following named argument does not exist: {argument}")
            scope[argument] = value
        if len(positional) > len(parameters):
            raise PebbleError(
                f"The argument at position {len(parameters) + 1} is not allowed."
                f" Only {len(parameters)} argument(s) are allowed."
            )
        outer_scopes, outer_given = self.scopes, self.given
        self.scopes, self.given = [scope], {}
        self.macro_depth += 1
        try:
            return body()
        finally:
            self.scopes, self.given = outer_scopes, outer_given
            self.macro_depth -= 1
