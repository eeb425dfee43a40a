"""A run as if a trigger had fired: `--trigger ID`, at a `--date`, with an `--event` file."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tiercel_engine.core.records import Trigger as Cause
from tiercel_engine.expressions import RenderError
from tiercel_engine.runtime import Surroundings
from tiercel_engine.triggers.beginning import Occasion, given_by_trigger
from tiercel_engine.triggers.schedule import DATES, SCHEDULE, ScheduleError, read_schedule
from tiercel_engine.triggers.schedule.variables import schedule_variables
from tiercel_engine.triggers.seeing import Sight, sight_of
from tiercel_schemas.model import Flow
from tiercel_schemas.model.trigger import Trigger
from tiercel_server.cli.running.complaints import Refused


@dataclass(frozen=True, slots=True)
class Firing:
    """What the command line says of the trigger."""

    trigger_id: str
    date: str | None = None
    event: Path | None = None


@dataclass(frozen=True, slots=True)
class Fired:
    """What the trigger gives to the execution."""

    inputs: Mapping[str, Any]
    labels: Mapping[str, str]
    cause: Cause


def fire(flow: Flow, firing: Firing, surroundings: Surroundings) -> Fired:
    """What the execution gets; raises `Refused`, also where the trigger would not fire."""
    trigger = _named(flow, firing.trigger_id)
    sight = sight_of(flow, surroundings)
    is_schedule = trigger.type in {SCHEDULE, DATES}
    variables = _dated(trigger, firing, sight) if is_schedule else _told(trigger, firing)
    occasion = Occasion(flow, trigger, variables, {} if is_schedule else variables)
    try:
        # The `when` of a Flow trigger is about an execution, which nobody has given.
        if trigger.type != "io.kestra.plugin.core.trigger.Flow" and not sight.admits(trigger, variables):
            raise Refused(f"Trigger '{trigger.id}' would not fire: its condition does not hold.")
        inputs, labels = given_by_trigger(occasion, surroundings)
    except RenderError as error:
        raise Refused(f"Trigger '{trigger.id}' can't be evaluated: {error.message}") from error
    except ValueError as error:
        raise Refused(f"Trigger '{trigger.id}' can't be evaluated: {error}") from error
    del labels["system.correlationId"]
    return Fired(inputs, labels, Cause(trigger.id, trigger.type, variables))


def _named(flow: Flow, name: str) -> Trigger:
    known = {trigger.id: trigger for trigger in flow.triggers}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    raise Refused(
        f"Flow '{flow.id}' has no trigger '{name}'.{hint}", *([f"It has: {', '.join(known)}."] if known else [])
    )


def _dated(trigger: Trigger, firing: Firing, sight: Sight) -> dict[str, Any]:
    if firing.event is not None:
        raise Refused("--event is for triggers that something sets off; a schedule takes --date.")
    try:
        schedule = read_schedule(trigger, sight.render)
    except (ScheduleError, RenderError) as error:
        raise Refused(f"The schedule of trigger '{trigger.id}' can't be read: {error}") from error
    return schedule_variables(schedule, moment_of(firing.date) if firing.date else _this_second())


def _this_second() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def moment_of(text: str) -> datetime:
    """A moment, in UTC where no zone is named; raises `Refused`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(f"'{text}' is no date.", "Example: 2026-01-31T09:00:00+01:00") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _told(trigger: Trigger, firing: Firing) -> dict[str, Any]:
    from tiercel_engine.expressions.yaml_reading import YamlError
    from tiercel_engine.expressions.yaml_unfolding import read_unfolded

    if firing.date is not None:
        raise Refused(f"--date is for schedules; '{trigger.id}' takes --event.")
    if firing.event is None:
        return {"headers": {}, "parameters": {}} if trigger.type.endswith(".Webhook") else {}
    try:
        value = read_unfolded(firing.event.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"--event: {firing.event} can't be read: {getattr(error, 'strerror', None) or error}.") from error
    except YamlError as error:
        raise Refused(f"--event: {firing.event} is neither YAML nor JSON:", *str(error).splitlines()) from error
    if not isinstance(value, Mapping):
        raise Refused(f"--event: {firing.event} must hold a map.", 'Example: {"body": {"name": "Ada"}}')
    return dict(value)
