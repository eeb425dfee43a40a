"""Rendering templates: the door to this package."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from tiercel_engine.expressions.budget import Budget
from tiercel_engine.expressions.context import RenderContext
from tiercel_engine.expressions.errors import (
    JavaError,
    Missing,
    PebbleError,
    Place,
    RenderError,
    described,
    java_string,
)
from tiercel_engine.expressions.limits import (
    DEFAULT_LIMITS,
    MAX_OUTPUT,
    MAX_OUTPUT_BEFORE_2_0,
    MAX_RENDER_DEPTH,
    Limits,
)
from tiercel_engine.expressions.programs import Program, Site
from tiercel_engine.expressions.services import NO_SERVICES
from tiercel_engine.expressions.texts import java_text, printed, too_large
from tiercel_engine.expressions.values import JavaArray, LoopVariables, MapEntry, SafeString, check_size, plain
from tiercel_schemas.expressions import parse_template
from tiercel_schemas.expressions.lexer import RAW_BLOCK
from tiercel_schemas.versions import DEFAULT_VERSION, KestraVersion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiercel_engine.expressions.compiling import TemplateEnvironment
    from tiercel_engine.expressions.services import RenderServices

_CACHE_SIZE = 2_000
_MAX_CACHED_LENGTH = 20_000
_OBJECTS = SafeString | MapEntry | LoopVariables
_FALSY = frozenset({"", "false", "0", "-0"})


def is_truthy(text: str | None) -> bool:
    """Whether the rendered text of a condition (`runIf`, `when`, …) counts as true."""
    return text is not None and text.strip() not in _FALSY


@dataclass(frozen=True, slots=True)
class _Pass:
    """How a value inside a rendering is rendered."""

    depth: int
    passes: int
    budget: Budget


class Renderer:
    """Renders templates by the rules of a version, with the services of a run.

    Contexts are mappings of plain data and are never changed. All methods raise `RenderError` and nothing else.
    `recursive` renders results again while they hold expressions, as old servers can be told to. `limits` bound
    one call.
    """

    def __init__(
        self,
        version: KestraVersion = DEFAULT_VERSION,
        services: RenderServices = NO_SERVICES,
        *,
        recursive: bool = False,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self.version = version
        self.services = services
        self._recursive = recursive
        self._limits = limits
        self._max_output = MAX_OUTPUT_BEFORE_2_0 if version is KestraVersion.V1_3 else MAX_OUTPUT

    def render(self, template: str, context: Mapping[str, Any]) -> str:
        """The text of a template."""
        budget = Budget(self._limits)
        if self._recursive and "endraw" in template:
            return self._around_raw_blocks(template, context)
        text = self._text(template, context, 0, budget)
        passes = 0
        while self._recursive and "{{" in text and passes < MAX_RENDER_DEPTH:
            again = self._text(text, context, 0, budget)
            if again == text:
                break
            text, passes = again, passes + 1
        return text

    def _around_raw_blocks(self, template: str, context: Mapping[str, Any]) -> str:
        """Rendering again leaves alone what stands in `raw`: it is put back at the end."""
        kept: list[str] = []

        def keep(match: re.Match[str]) -> str:
            kept.append(match[1])
            return f"\ue000{len(kept) - 1}\ue001"

        text = self.render(RAW_BLOCK.sub(keep, template), context)
        return re.sub("\ue000([0-9]+)\ue001", lambda mark: kept[int(mark[1])], text)

    def render_typed(self, template: str, context: Mapping[str, Any]) -> Any:
        """The value of a template in plain Python types: one expression keeps its type."""
        value = self.evaluate(template, context)
        try:
            return plain(value)
        except JavaError as error:
            raise described_at_top(error, None, self.version) from None

    def evaluate(self, template: str, context: Mapping[str, Any]) -> Any:
        """As `render_typed`, with the types that Java tells apart (see `values`)."""
        if "{" not in template:
            return template
        program = self._program(template)
        run = RenderContext(self, program, context, 0, Budget(self._limits))
        with self._errors_of(program):
            value, is_text = _typed(program.root(run))
        if not is_text:
            return value
        return _parsed_or_text(self.render(template, context))

    def render_value(self, value: Any, context: Mapping[str, Any]) -> Any:
        """A value with every text in it rendered: keys and values of maps, elements of lists."""
        if isinstance(value, str):
            return self.render(value, context)
        if isinstance(value, dict):
            return {self.render_value(k, context): self.render_value(v, context) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self.render_value(item, context) for item in value]
        return value

    def is_true(self, template: str, context: Mapping[str, Any]) -> bool:
        """Whether a condition holds."""
        return is_truthy(self.render(template, context))

    # Used by units

    def render_nested(self, value: Any, run: RenderContext, passes: int) -> Any:
        """Renders a value inside a rendering, for `render` and `renderOnce`. Raises JavaError."""
        if run.depth >= MAX_RENDER_DEPTH:
            raise PebbleError(
                f"Maximum render() nesting depth ({MAX_RENDER_DEPTH}) exceeded at line 1"
                " — check for circular render() calls in your template."
            )
        check_size(value)
        variables = run.variables()
        try:
            return self._nested(value, variables, _Pass(run.depth + 1, passes, run.budget))
        except RenderError as error:
            raise _as_cause(error) from None

    def _nested(self, value: Any, variables: Mapping[str, Any], how: _Pass) -> Any:
        if isinstance(value, str):
            text = str(value)
            for _ in range(how.passes):
                if "{" not in text:
                    break
                again = self._text(text, variables, how.depth, how.budget)
                if again == text:
                    break
                text = again
            return text
        if isinstance(value, dict):
            return {
                self._nested(key, variables, how): self._nested(item, variables, how) for key, item in value.items()
            }
        if isinstance(value, JavaArray):
            return value
        if isinstance(value, list | tuple):
            return [self._nested(item, variables, how) for item in value]
        return value

    # Programs

    def _text(self, template: str, context: Mapping[str, Any], depth: int, budget: Budget) -> str:
        if "{" not in template:
            return template
        program = self._program(template)
        run = RenderContext(self, program, context, depth, budget)
        parts: list[str] = []
        size = 0
        with self._errors_of(program):
            for value in program.root(run):
                text = value if type(value) is str else printed(value)
                size += len(text)
                if size > self._max_output:
                    raise too_large()
                parts.append(text)
        return "".join(parts)

    @contextmanager
    def _errors_of(self, program: Program) -> Iterator[None]:
        try:
            yield
        except JavaError as error:
            raise _render_error(error, program, self.version) from None
        except RecursionError:
            raise RenderError("The template is nested too deeply", "StackOverflowError") from None
        except MemoryError:
            raise RenderError("The template needs too much memory", "OutOfMemoryError") from None
        except RenderError:
            raise
        except Exception as error:
            # A fault of ours must not take the run or the editor with it; its cause stays for whoever debugs.
            raise RenderError(f"The expression can't be evaluated: {error!r}", "InternalError") from error

    def _program(self, template: str) -> Program:
        if len(template) > _MAX_CACHED_LENGTH:
            return _compile(template, self.version)
        return _cached(template, self.version)


@lru_cache(maxsize=_CACHE_SIZE)
def _cached(text: str, version: KestraVersion) -> Program:
    return _compile(text, version)


@cache
def _environment() -> TemplateEnvironment:
    from tiercel_engine.expressions.compiling import TemplateEnvironment

    return TemplateEnvironment()


def _compile(text: str, version: KestraVersion) -> Program:
    from tiercel_engine.expressions.lowering import Lowering

    template = parse_template(text, version)
    if template.problems:
        problem = template.problems[0]
        line = text.count("\n", 0, problem.span.start) + 1
        error = PebbleError(problem.engine_message, java_class="ParserException")
        raise described_at_top(error, Site(line, problem.span.start), version, text)
    try:
        lowering = Lowering(template, version)
        root = _environment().program(lowering.lower(template))
    except RecursionError:
        raise RenderError("The template is too complex to be evaluated", "StackOverflowError") from None
    return Program(text, root, tuple(lowering.sites))


def _render_error(error: JavaError, program: Program, version: KestraVersion) -> RenderError:
    """What a rendering says of an error: wrapped by the operators around its place."""
    site = program.sites[error.site or 0]
    wrapped: JavaError = error
    for wrapper in site.wrappers():
        wrapped = PebbleError(wrapper.message, described(wrapped, Place(program.text, site.line)))
        wrapped.site = error.site
    return described_at_top(wrapped, site, version, program.text)


def described_at_top(
    error: JavaError, site: Site | None, version: KestraVersion, text: str | None = None
) -> RenderError:
    """What leaves the renderer, as the version has it."""
    line = site.line if site else None
    offset = site.offset if site else None
    place = Place(text, site.line) if site and text is not None else None
    if isinstance(error, Missing):
        message = f"Unable to find `{error.name}` used in the expression `{text}` at line {line}"
        return RenderError(message, line=line, offset=offset)
    cause = described(error, place)
    if not isinstance(error, PebbleError) and version is KestraVersion.V1_3:
        return RenderError(cause.message, cause.error_class, cause=cause.cause, line=line, offset=offset)
    return RenderError(java_string(error, place), cause=cause, line=line, offset=offset)


def _as_cause(error: RenderError) -> JavaError:
    """An error of an inner rendering, as the function that called for it passes it on."""
    return PebbleError(error.message, error, placed=False)


def _is_scalar(value: Any) -> bool:
    return not isinstance(value, dict | list | tuple | bytes | _OBJECTS)


def _typed(values: Iterator[Any]) -> tuple[Any, bool]:
    """The value of a typed rendering, or (None, True) when only the whole text can tell."""
    result: Any = None
    for value in values:
        if value is None:
            continue
        if result is None:
            result = value
        elif _is_scalar(result) or isinstance(result, _OBJECTS):
            if not _is_scalar(value) or isinstance(result, _OBJECTS):
                return None, True
            result = f"{java_text(result)}{printed(value)}"
        if isinstance(result, str) and len(result) > MAX_OUTPUT:
            raise too_large()
    return result, False


def _parsed_or_text(text: str) -> Any:
    from tiercel_engine.expressions.json_reading import JsonError, read_json

    try:
        return read_json(text)
    except JsonError:
        return text
