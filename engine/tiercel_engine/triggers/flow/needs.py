"""What a Flow trigger waits for, from either line of the language: conditions of one moment, and needs over time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from tiercel_engine.core.truth import is_true
from tiercel_engine.expressions import RenderError
from tiercel_engine.triggers.flow.conditions.registry import MULTIPLE, all_hold, complain, kind_of, told
from tiercel_engine.triggers.flow.filters import passes
from tiercel_engine.triggers.flow.upstream import Upstream
from tiercel_engine.triggers.flow.windows import WindowRule, time_window_rule, window_rule
from tiercel_schemas.model import Flow
from tiercel_schemas.model.trigger import Trigger
from tiercel_schemas.versions import KestraVersion

STATES = ("SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "RETRIED", "SKIPPED", "RESUBMITTED", "PAUSED")
"""The states that count where none are named."""

Test = Callable[[Upstream], bool]


@dataclass(frozen=True, slots=True)
class Needs:
    """What has to be met within a window, in any order, by one execution or by several."""

    key: str
    tests: Mapping[str, Test]
    window: WindowRule
    enough: int
    """How many of the tests must have been met."""
    starts_over: bool = True
    """Whether all is forgotten once they are met."""


def counts(trigger: Trigger, upstream: Upstream) -> bool:
    """Whether a trigger looks at an execution in such a state at all."""
    states = trigger.properties.get("states") or STATES
    return upstream.execution.state.value in states


def admits(flow: Flow, trigger: Trigger, upstream: Upstream) -> bool:
    """Whether what must hold for every single execution holds: `when`, or the plain conditions."""
    if flow.version is KestraVersion.V2_0:
        return trigger.when is None or _holds(flow, trigger.when, upstream)
    return all_hold(trigger.conditions or (), flow, upstream)


def _holds(flow: Flow, template: str, upstream: Upstream) -> bool:
    try:
        return is_true(upstream.render(template, upstream.context))
    except RenderError as error:
        complain(flow, template, error, upstream)
        return False


def needs_of(flow: Flow, trigger: Trigger) -> Iterator[Needs]:
    """What a trigger waits for over time; raises ValueError for windows that can't be read."""
    written = trigger.properties
    if depends := written.get("dependsOn"):
        tests = {_dependency_key(each): _dependency(flow, each) for each in depends}
        mode = str(written.get("mode") or "ALL").upper()
        enough = {"ANY": 1, "AT_LEAST": int(written.get("minSatisfied") or 1)}.get(mode, len(tests))
        yield Needs("dependsOn", tests, window_rule(written.get("window")), enough)
    if isinstance(preconditions := written.get("preconditions"), Mapping):
        yield _preconditions(flow, preconditions)
    for each in trigger.conditions or ():
        if isinstance(each, Mapping) and kind_of(each) == MULTIPLE:
            yield _multiple(flow, each)


def _dependency_key(written: Mapping[str, Any]) -> str:
    return repr([written.get(name) for name in ("namespace", "flowId", "when", "states", "labels")])


def _dependency(flow: Flow, written: Mapping[str, Any]) -> Test:
    def test(upstream: Upstream) -> bool:
        if not _matches(written, upstream):
            return False
        when = written.get("when")
        return when is None or _holds(flow, str(when), upstream)

    return test


def _matches(written: Mapping[str, Any], upstream: Upstream) -> bool:
    """Whether flow, state and labels are those named; what is not named may be any."""
    flow = upstream.execution.flow
    for name, actual in (("namespace", flow.namespace), ("flowId", flow.id)):
        if written.get(name) is not None and written[name] != actual:
            return False
    if upstream.execution.state.value not in (written.get("states") or STATES):
        return False
    known = dict(upstream.execution.labels)
    return all(known.get(str(key)) == str(value) for key, value in (written.get("labels") or {}).items())


def _preconditions(flow: Flow, written: Mapping[str, Any]) -> Needs:
    tests: dict[str, Test] = {}
    for number, each in enumerate(written.get("flows") or ()):
        tests[f"flows/{number}"] = partial(_matches, each)
    for number, each in enumerate(written.get("where") or ()):
        tests[f"where/{number}"] = _filter(flow, each)
    rule = time_window_rule(written.get("timeWindow"))
    return Needs(f"preconditions/{written.get('id')}", tests, rule, len(tests), _starts_over(written))


def _filter(flow: Flow, written: Mapping[str, Any]) -> Test:
    name = f"io.kestra.plugin.core.trigger.Flow$FilterCondition@{written.get('id')}"

    def test(upstream: Upstream) -> bool:
        try:
            return passes(written, upstream.seen_by(flow))
        except RenderError as error:
            complain(flow, name, error, upstream)
            return False

    return test


def _multiple(flow: Flow, written: Mapping[str, Any]) -> Needs:
    tests: dict[str, Test] = {}
    for name, each in (written.get("conditions") or {}).items():
        tests[str(name)] = partial(_told, flow, each)
    rule = time_window_rule(written.get("timeWindow") or written)
    return Needs(f"conditions/{written.get('id')}", tests, rule, len(tests), _starts_over(written))


def _told(flow: Flow, written: Mapping[str, Any], upstream: Upstream) -> bool:
    return told(written, flow, upstream)


def _starts_over(written: Mapping[str, Any]) -> bool:
    return str(written.get("resetOnSuccess", True)).lower() != "false"
