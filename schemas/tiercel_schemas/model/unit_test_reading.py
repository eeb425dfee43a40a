"""From plain data to a suite of unit tests."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from tiercel_schemas.model.problems import ModelProblem
from tiercel_schemas.model.reading import only_follows, place_of
from tiercel_schemas.model.unit_test import (
    OPERATORS,
    TEST_TYPE,
    Assertion,
    Fixtures,
    TaskFixture,
    TriggerFixture,
    UnitTest,
    UnitTestSuite,
)

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


class SuiteError(Exception):
    """A suite that can't be used; `problems` holds all that was found, at least one."""

    def __init__(self, problems: tuple[ModelProblem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def read_suite(value: Any) -> UnitTestSuite:
    """Read the plain data of a document as a suite; raises `SuiteError` with all problems found."""
    if not isinstance(value, Mapping):
        raise SuiteError((ModelProblem((), "a suite is a map with id, namespace, flowId and testCases"),))
    try:
        suite = UnitTestSuite.model_validate(value)
    except ValidationError as error:
        found = (_problem(detail, value) for detail in error.errors() if not only_follows(detail))
        raise SuiteError(tuple(dict.fromkeys(found))) from None
    except RecursionError:
        raise SuiteError((ModelProblem((), "nested too deep"),)) from None
    problems = tuple(_repeated(suite))
    if problems:
        raise SuiteError(problems)
    return suite


def keys_at(path: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys that a map at a path of a suite may have; none where anything may stand."""
    model = _model_at(path)
    if model is None:
        return ()
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _model_at(path: tuple[str | int, ...]) -> type[UnitTestSuite | UnitTest | Fixtures | Assertion | Any] | None:
    steps = tuple(step for step in path if isinstance(step, str))
    match steps:
        case ():
            return UnitTestSuite
        case ("testCases",):
            return UnitTest
        case ("testCases", "fixtures"):
            return Fixtures
        case ("testCases", "assertions"):
            return Assertion
        case ("testCases", "fixtures", "tasks"):
            return TaskFixture
        case ("testCases", "fixtures", "trigger"):
            return TriggerFixture
    return None


def _repeated(suite: UnitTestSuite) -> Iterator[ModelProblem]:
    seen: set[str] = set()
    for number, case in enumerate(suite.test_cases):
        if case.id in seen:
            yield ModelProblem(("testCases", number, "id"), f"another case of the suite is called `{case.id}`")
        seen.add(case.id)


def _problem(detail: ErrorDetails, data: Mapping[str, Any]) -> ModelProblem:
    path = place_of(detail, data)
    return ModelProblem(path, _message(detail, path))


def _message(detail: ErrorDetails, path: tuple[str | int, ...]) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    name = str(path[-1]) if path else ""
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(name, keys_at(path[:-1]), 1)
        return f"`{name}` is no key here" + (f"; did you mean `{near[0]}`?" if near else "")
    if kind == "missing":
        return f"`{name}` is missing"
    if detail["input"] is None:
        return "must not be null"
    if kind == "literal_error":
        if name == "type":
            return f"must be {TEST_TYPE}"
        return f"must be one of {context.get('expected', '')}"
    if kind == "string_pattern_mismatch":
        return f'must match "{context["pattern"]}"'
    if kind == "too_short":
        return "must not be empty"
    words = {"string_type": "must be a text", "mapping_type": "must be a map", "tuple_type": "must be a list"}
    words |= {"model_type": "must be a map", "bool_type": "must be true or false"}
    return words.get(kind) or str(detail["msg"]).removeprefix("Value error, ")


__all__ = ["OPERATORS", "SuiteError", "keys_at", "read_suite"]
