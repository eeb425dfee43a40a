"""Executions that a trigger starts: their labels, their inputs, and what becomes of those that can't begin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tiercel_engine.core.events import ExecutionCreated
from tiercel_engine.core.records import Trigger as Cause
from tiercel_engine.expressions import RenderError
from tiercel_engine.inputs import InputError
from tiercel_engine.runtime.creation import CORRELATION, CheckError, Given, begin_execution
from tiercel_engine.runtime.ids import new_id
from tiercel_engine.runtime.request import Surroundings
from tiercel_engine.triggers.seeing import Sight, sight_of
from tiercel_schemas.model import Flow
from tiercel_schemas.model.trigger import Trigger


@dataclass(frozen=True, slots=True)
class Occasion:
    """A trigger that fires."""

    flow: Flow
    trigger: Trigger
    variables: Mapping[str, Any]
    """`trigger` of the execution."""
    seen: Mapping[str, Any] = field(default_factory=dict)
    """`trigger` of the expressions in its `inputs` and labels: of a Schedule, nothing."""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    """Inputs above those of the trigger, as a backfill gives them."""
    labels: Mapping[str, str] = field(default_factory=dict)
    execution_id: str = field(default_factory=new_id)


class NotBegunError(Exception):
    """What a trigger gives does not let its flow begin; the text says why."""


def begin_event(occasion: Occasion, surroundings: Surroundings, now: datetime) -> ExecutionCreated:
    """The first event of the execution; raises `NotBegunError`."""
    sight = sight_of(occasion.flow, surroundings)
    try:
        rendered = sight.render_value(dict(occasion.trigger.inputs or {}), occasion.seen)
        return begin_execution(
            occasion.flow,
            occasion.execution_id,
            surroundings,
            now,
            inputs=Given({**rendered, **occasion.inputs}),
            labels=_labels(occasion, sight),
            trigger=_cause(occasion),
        ).event
    except (InputError, CheckError) as error:
        raise NotBegunError(str(error)) from error
    except RenderError as error:
        raise NotBegunError(error.message) from error


def given_by_trigger(occasion: Occasion, surroundings: Surroundings) -> tuple[dict[str, Any], dict[str, str]]:
    """The raw inputs and the labels of the execution; raises `RenderError`."""
    sight = sight_of(occasion.flow, surroundings)
    rendered = sight.render_value(dict(occasion.trigger.inputs or {}), occasion.seen)
    return {**rendered, **occasion.inputs}, dict(_labels(occasion, sight))


def failed_event(occasion: Occasion, surroundings: Surroundings, now: datetime, why: str) -> ExecutionCreated:
    """The first event of an execution that is created only to fail."""
    return ExecutionCreated(
        now,
        occasion.execution_id,
        occasion.flow,
        variables=dict(occasion.flow.variables),
        labels=_labels(occasion, sight_of(occasion.flow, surroundings)),
        trigger=_cause(occasion),
        refusal=why,
    )


def begun_in_any_case(occasion: Occasion, surroundings: Surroundings, now: datetime) -> ExecutionCreated:
    """As `begin_event`, where nobody waits for an answer: what can't begin fails."""
    try:
        return begin_event(occasion, surroundings, now)
    except NotBegunError as error:
        return failed_event(occasion, surroundings, now, str(error))


def _cause(occasion: Occasion) -> Cause:
    return Cause(occasion.trigger.id, occasion.trigger.type, occasion.variables)


def _labels(occasion: Occasion, sight: Sight) -> tuple[tuple[str, str], ...]:
    """The flow's, the trigger's as far as they render to something, those given, and Kestra's own."""
    merged = {label.key: label.value for label in occasion.flow.labels}
    for label in occasion.trigger.labels:
        try:
            value = sight.render(str(label.value), occasion.seen)
        except RenderError:
            continue
        if value and not label.key.startswith("system."):
            merged[label.key] = value
    merged.update(occasion.labels)
    merged["system.from"] = "trigger"
    merged.setdefault(CORRELATION, occasion.execution_id)
    return tuple(merged.items())


def dated(event: ExecutionCreated, date: datetime) -> ExecutionCreated:
    """The event of an execution that belongs to a date."""
    return replace(event, schedule_date=date)
