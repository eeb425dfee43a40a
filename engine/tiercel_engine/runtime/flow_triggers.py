"""Flow triggers at work: executions that start because another one has reached a state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tiercel_engine.core.events import ExecutionCreated
from tiercel_engine.core.records import Trigger
from tiercel_engine.expressions import RenderError
from tiercel_engine.inputs import InputError
from tiercel_engine.runtime.creation import CORRELATION, CheckError, Given, begin_execution
from tiercel_engine.runtime.ids import new_id
from tiercel_engine.runtime.live import Live

if TYPE_CHECKING:
    from tiercel_engine.runtime.engine import Engine
    from tiercel_engine.triggers.flow import Firing, Upstream

DEEPEST = 100
"""How many executions may have started one another."""


def announce(engine: Engine, live: Live) -> None:
    """Let flows that listen hear of the state that an execution is in, and start those that answer."""
    flows = engine.surroundings.listening()
    if not flows or live.execution.depth >= DEEPEST:
        return
    from tiercel_engine.triggers.flow import Listening, Upstream

    engine.listening = engine.listening or Listening()
    warnings: list[str] = []
    upstream = Upstream(live.execution, engine.context_of(live), live.renderer.render, warnings.append)
    for firing in list(engine.listening.hear(flows, upstream, engine.now())):
        engine.begin(_beginning(engine, live, firing, upstream))
    for text in warnings:
        engine.write_log(live, "WARN", text)


def _beginning(engine: Engine, live: Live, firing: Firing, upstream: Upstream) -> ExecutionCreated:
    flow, source = firing.flow, live.execution
    execution_id = new_id()
    labels = _labels(live, firing, upstream)
    trigger = Trigger(firing.trigger.id, firing.trigger.type, firing.variables)
    depth = source.depth + 1
    try:
        inputs = _inputs(live, firing, upstream)
        beginning = begin_execution(
            flow,
            execution_id,
            engine.surroundings,
            engine.now(),
            inputs=Given(inputs),
            labels=labels,
            trigger=trigger,
        )
    except (InputError, CheckError, RenderError) as error:
        return ExecutionCreated(
            engine.now(),
            execution_id,
            flow,
            variables=dict(flow.variables),
            labels=labels,
            trigger=trigger,
            depth=depth,
            refusal=str(error),
        )
    return replace(beginning.event, depth=depth)


def _inputs(live: Live, firing: Firing, upstream: Upstream) -> Mapping[str, Any]:
    """The trigger's `inputs`, which see of `trigger` only the outputs, where there are any."""
    if not firing.trigger.inputs:
        return {}
    seen = upstream.seen_by(firing.flow)
    if outputs := firing.variables.get("outputs"):
        seen = seen.with_variables(trigger={"outputs": outputs})
    rendered: Mapping[str, Any] = live.renderer.render_value(dict(firing.trigger.inputs), seen.context)
    return rendered


def _labels(live: Live, firing: Firing, upstream: Upstream) -> tuple[tuple[str, str], ...]:
    """The labels of the flow and of the trigger, and the correlation id of what started it."""
    merged = {label.key: label.value for label in firing.flow.labels}
    for label in firing.trigger.labels:
        try:
            value = upstream.render(label.value, upstream.context)
        except RenderError:
            continue
        if value and not label.key.startswith("system."):
            merged[label.key] = value
    source = live.execution
    merged[CORRELATION] = dict(source.labels).get(CORRELATION, source.id)
    return tuple(merged.items())
