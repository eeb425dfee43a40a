"""An assertion evaluated in the context of an execution that has ended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tiercel_engine.expressions import RenderError
from tiercel_engine.unit_tests.operators import NotComparableError, as_text, expectation, judge
from tiercel_engine.unit_tests.results import AssertionResult, TestError
from tiercel_schemas.model.unit_test import Assertion


class Rendering(Protocol):
    """Renders templates; raises `RenderError`. `tiercel_engine.expressions.Renderer` is one."""

    def render(self, template: str, context: Mapping[str, Any]) -> str:
        """The text of a template."""
        ...

    def render_typed(self, template: str, context: Mapping[str, Any]) -> Any:
        """The value of a template."""
        ...


@dataclass(frozen=True, slots=True)
class Judged:
    """The results of an assertion, and why some of it could not be judged."""

    results: tuple[AssertionResult, ...] = ()
    errors: tuple[TestError, ...] = ()


def judge_assertion(number: int, assertion: Assertion, rendering: Rendering, context: Mapping[str, Any]) -> Judged:
    """Evaluate the assertion that stands at `number` in its case: a result for each operator."""
    here: tuple[str | int, ...] = ("assertions", number)
    source = as_text(assertion.value)
    try:
        actual = actual_text(assertion.value, rendering, context)
        description = _told(assertion.description, rendering, context)
        own_words = _told(assertion.error_message, rendering, context)
    except RenderError as error:
        return Judged(errors=(TestError(f"could not evaluate assertion '{source}'", str(error), (*here, "value")),))
    results: list[AssertionResult] = []
    errors: list[TestError] = []
    for name, written in assertion.operators():
        place = (*here, name)
        try:
            expected = _expected(name, written, rendering, context)
            passes = judge(name, actual, expected)
            message = own_words or expectation(name, source, expected, actual)
        except (RenderError, NotComparableError) as error:
            errors.append(TestError(f"could not evaluate assertion '{source}' ({name})", str(error), place))
            continue
        results.append(
            AssertionResult(
                name, as_text(expected), actual, passes, place, message, assertion.task_id, description, own_words
            )
        )
    if not results and not errors:
        errors.append(TestError("no assertions found", "", here))
    return Judged(tuple(results), tuple(errors))


def actual_text(value: Any, rendering: Rendering, context: Mapping[str, Any]) -> str | None:
    """What an assertion looks at: text, JSON for maps and lists, None for a single expression that is null."""
    if not isinstance(value, str):
        return as_text(_rendered(value, rendering, context))
    if _is_single(value) and rendering.render_typed(value, context) is None:
        return None
    return rendering.render(value, context)


def _is_single(template: str) -> bool:
    """Whether a template is one expression and nothing around it: only then null is told from no text."""
    text = template.strip()
    return text.startswith("{{") and text.endswith("}}") and text.find("}}") == len(text) - 2


def _expected(name: str, written: Any, rendering: Rendering, context: Mapping[str, Any]) -> Any:
    expected = _rendered(written, rendering, context)
    if name in {"in", "notIn"} and isinstance(expected, str):
        try:
            return json.loads(expected)
        except ValueError:
            return expected
    return expected


def _rendered(value: Any, rendering: Rendering, context: Mapping[str, Any]) -> Any:
    """Plain data with every text in it rendered."""
    if isinstance(value, str):
        return rendering.render(value, context)
    if isinstance(value, Mapping):
        return {str(name): _rendered(item, rendering, context) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rendered(item, rendering, context) for item in value]
    return value


def _told(text: str | None, rendering: Rendering, context: Mapping[str, Any]) -> str | None:
    return None if text is None else rendering.render(text, context)
