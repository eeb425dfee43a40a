"""Flows that listen: what has been met so far, and which executions follow from one more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tiercel_engine.triggers.flow import conditions
from tiercel_engine.triggers.flow.needs import Needs, admits, counts, needs_of
from tiercel_engine.triggers.flow.upstream import Upstream, trigger_variables
from tiercel_engine.triggers.flow.windows import Window
from tiercel_schemas.model import Flow
from tiercel_schemas.model.trigger import Trigger
from tiercel_schemas.versions import KestraVersion

TYPE = "io.kestra.plugin.core.trigger.Flow"
assert conditions.MULTIPLE  # the kinds of conditions register themselves when they are imported


@dataclass(frozen=True, slots=True)
class Firing:
    """An execution to start: of which flow, by which of its triggers, with what as `trigger`."""

    flow: Flow
    trigger: Trigger
    variables: Mapping[str, Any]


@dataclass(slots=True)
class Met:
    """What has been met of a trigger's needs in a window, and when; the outputs that opened it."""

    window: Window
    moments: dict[str, datetime] = field(default_factory=dict)
    opened_by: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Listening:
    """Remembers what has been met. Plain data in `met`, so that a service may keep it between its runs."""

    met: dict[tuple[str, str, str, str], Met] = field(default_factory=dict)

    def hear(self, flows: Iterable[Flow], upstream: Upstream, now: datetime) -> Iterator[Firing]:
        """Take in an execution that has reached a state; gives what starts because of it."""
        source = upstream.execution
        if source.kind is not None:
            return
        for flow in flows:
            if flow.disabled or flow.draft or (flow.namespace, flow.id) == (source.flow.namespace, source.flow.id):
                continue
            for trigger in flow.triggers:
                if trigger.type != TYPE or trigger.disabled:
                    continue
                outputs = self._fires(flow, trigger, upstream, now)
                if outputs is not None:
                    yield Firing(flow, trigger, trigger_variables(source, outputs))

    def _fires(self, flow: Flow, trigger: Trigger, upstream: Upstream, now: datetime) -> Mapping[str, Any] | None:
        """The outputs that the started execution sees; None when the trigger does not fire."""
        if not counts(trigger, upstream) or not admits(flow, trigger, upstream):
            return None
        outputs = dict(upstream.execution.outputs)
        try:
            needs = tuple(needs_of(flow, trigger))
        except ValueError as error:
            upstream.warn(f"Trigger '{trigger.id}' of flow '{flow.id}' can't be evaluated: {error}")
            return None
        opened: dict[str, Any] = {}
        keys = [(flow.namespace, flow.id, trigger.id, each.key) for each in needs]
        met = [self._note(key, each, upstream, now) for key, each in zip(keys, needs, strict=True)]
        if not all(
            done is not None and len(done.moments) >= each.enough for done, each in zip(met, needs, strict=True)
        ):
            return None
        for key, each, done in zip(keys, needs, met, strict=True):
            opened = {**opened, **(done.opened_by if done is not None else {})}
            if each.starts_over:
                self.met.pop(key, None)
        return {**opened, **outputs} if flow.version is KestraVersion.V2_0 else outputs

    def _note(self, key: tuple[str, str, str, str], needs: Needs, upstream: Upstream, now: datetime) -> Met | None:
        """What has been met in the window of now, this execution included; None outside of the hours of a day."""
        window = needs.window.at(now)
        if not window.holds(now):
            return None
        done = self.met.get(key)
        if done is None or not (window.sliding or done.window.holds(now)):
            done = Met(window)
        if window.sliding:
            done.moments = {name: moment for name, moment in done.moments.items() if moment >= window.start}
        fresh = {name: now for name, test in needs.tests.items() if test(upstream)}
        if not fresh and key not in self.met:
            return done
        if not done.moments and fresh:
            done.opened_by = _nested(upstream)
        done.moments.update(fresh)
        self.met[key] = done
        return done


def _nested(upstream: Upstream) -> dict[str, Any]:
    """Flow outputs below the namespace and the id of their flow."""
    flow, outputs = upstream.execution.flow, dict(upstream.execution.outputs)
    return {flow.namespace: {flow.id: outputs}} if outputs else {}
