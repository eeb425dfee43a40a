"""From plain data to a flow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from tiercel_schemas.model.flow import Flow
from tiercel_schemas.model.flow_rules import flow_problems
from tiercel_schemas.model.plugin_defaults import apply_plugin_defaults, read_plugin_defaults
from tiercel_schemas.model.problems import FlowError, ModelProblem
from tiercel_schemas.versions import KestraVersion

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MAX_DEPTH = 200
"""Levels of nesting beyond which a document is refused rather than walked."""


def read_flow(root_value: Mapping[str, Any], version: KestraVersion) -> Flow:
    """Read the plain data of a document (dicts, lists, scalars) as a flow of a version.

    Plugin defaults of 1.3 are put in place first. Raises `FlowError` with all problems found. Whether types and
    their properties exist is the schema's business (`tiercel_schemas.json_schema`), not checked here.
    """
    if not isinstance(root_value, Mapping):
        raise FlowError((ModelProblem((), "a flow is a map with id, namespace and tasks"),))
    if _too_deep(root_value):
        raise FlowError((ModelProblem((), f"nested more than {MAX_DEPTH} levels deep"),))
    data: Mapping[str, Any] = root_value
    if version is KestraVersion.V1_3:
        defaults = read_plugin_defaults(root_value)
        if defaults or "pluginDefaultsRef" in str(root_value):
            try:
                data = apply_plugin_defaults(root_value, defaults)
            except KeyError as error:
                message = f"No plugin-defaults exists for pluginDefaultsRef: '{error.args[0]}'"
                raise FlowError((ModelProblem(("pluginDefaults",), message),)) from None
    own = {**data, "source": root_value, "version": version}
    try:
        flow = Flow.model_validate(own, context={"version": version})
    except ValidationError as error:
        found = (detail for detail in error.errors() if not only_follows(detail))
        raise FlowError(tuple(ModelProblem(place_of(detail, data), _message(detail)) for detail in found)) from None
    except RecursionError:
        raise FlowError((ModelProblem((), "nested too deep"),)) from None
    problems = tuple(flow_problems(flow))
    if problems:
        raise FlowError(problems)
    return flow


def _too_deep(value: Any) -> bool:
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        level = [
            item
            for parent in level
            for item in (parent.values() if isinstance(parent, Mapping) else parent)
            if isinstance(item, Mapping | list)
        ]
        if not level:
            return False
    return True


def only_follows(detail: ErrorDetails) -> bool:
    """Whether this is said only because an item of the list was refused already."""
    return detail["type"] == "too_short" and bool(detail["input"])


def place_of(detail: ErrorDetails, data: Mapping[str, Any]) -> tuple[str | int, ...]:
    """Where a problem is: of pydantic's place, which holds names of types too, the steps that the data has."""
    path: list[str | int] = []
    here: Any = data
    steps = detail["loc"]
    for number, step in enumerate(steps):
        known = (isinstance(here, Mapping) and step in here) or (
            isinstance(here, list) and isinstance(step, int) and 0 <= step < len(here)
        )
        if known:
            here = here[step]
        elif not (number == len(steps) - 1 and detail["type"] == "missing"):
            continue
        path.append(step)
    return tuple(path)


def _message(detail: ErrorDetails) -> str:
    kind = detail["type"]
    context = detail.get("ctx", {})
    if kind == "missing" or detail["input"] is None:
        return "must not be null"
    if kind == "string_pattern_mismatch":
        return f'must match "{str(context["pattern"]).removesuffix("$")}"'
    if kind in {"too_short", "string_too_short"}:
        return "must not be empty"
    if kind == "union_tag_not_found":
        return "Invalid type: null"
    if kind == "union_tag_invalid":
        return f"Invalid type: {context.get('tag')}"
    if kind == "greater_than_equal":
        return f"must be greater than or equal to {context['ge']}"
    return detail["msg"].removeprefix("Value error, ")
