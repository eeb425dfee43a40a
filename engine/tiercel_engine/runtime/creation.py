"""New executions: labels, inputs, checks, and the first event."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tiercel_engine.core.events import ExecutionCreated
from tiercel_engine.core.records import Trigger
from tiercel_engine.expressions import Renderer, RenderError
from tiercel_engine.inputs import InputError, resolve_inputs
from tiercel_engine.runtime.context import nested_labels
from tiercel_engine.runtime.request import Surroundings
from tiercel_engine.storage.layout import input_path
from tiercel_schemas.model import Flow
from tiercel_schemas.model.check import Check

CORRELATION = "system.correlationId"
_STRENGTH = {"BLOCK_EXECUTION": 2, "FAIL_EXECUTION": 1, "CREATE_EXECUTION": 0}


class CheckError(Exception):
    """Checks that block an execution; `failed` holds them all, the strongest first."""

    def __init__(self, failed: tuple[Check, ...]) -> None:
        super().__init__("\n".join(check.message for check in failed))
        self.failed = failed


@dataclass(frozen=True, slots=True)
class Given:
    """What inputs are made of: raw values of a caller, and beneath them those that an earlier execution had."""

    raw: Mapping[str, Any]
    settled: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first event of an execution, and what to say with it."""

    event: ExecutionCreated
    ignored_inputs: tuple[str, ...]
    failed_checks: tuple[Check, ...]


def begin_execution(
    flow: Flow,
    execution_id: str,
    surroundings: Surroundings,
    now: datetime,
    *,
    inputs: Given,
    labels: tuple[tuple[str, str], ...],
    trigger: Trigger | None = None,
) -> Beginning:
    """Resolve inputs and look at checks; raises `InputError` and `CheckError`."""
    renderer = Renderer(flow.version, _services(surroundings))
    context = _context(flow, execution_id, labels, surroundings, trigger)

    def store_file(input_id: str, value: Any) -> str:
        return _store(surroundings, flow, execution_id, input_id, value)

    told = {name.split(".")[0] for name in inputs.raw}
    kept = {name: value for name, value in inputs.settled.items() if name not in told}
    declared = tuple(item for item in flow.inputs if item.id.split(".")[0] not in kept)
    masker = surroundings.services.masker
    try:
        resolved = resolve_inputs(
            declared, inputs.raw, version=flow.version, rendering=renderer, context=context, store_file=store_file
        )
    except InputError as error:
        masker.add(*error.secrets)
        raise error.masked(masker.text) from None
    masker.add(*resolved.secrets)
    values = {**kept, **resolved.values}
    if values:
        context["inputs"] = values
    failed = _failed_checks(flow, renderer, context)
    if failed and failed[0].behavior == "BLOCK_EXECUTION":
        raise CheckError(failed)
    refusal = "\n".join(check.message for check in failed if check.behavior == "FAIL_EXECUTION") or None
    event = ExecutionCreated(
        now,
        execution_id,
        flow,
        inputs=values,
        variables=dict(flow.variables),
        labels=labels,
        trigger=trigger,
        refusal=refusal,
    )
    return Beginning(event, resolved.ignored, failed)


def started_labels(flow: Flow, given: Mapping[str, str], execution_id: str) -> tuple[tuple[str, str], ...]:
    """The labels of an execution that a person starts: the flow's, those given above them, the correlation id."""
    merged = {**{label.key: label.value for label in flow.labels}, **given}
    merged.setdefault(CORRELATION, execution_id)
    return tuple(merged.items())


def called_labels(
    flow: Flow, given: tuple[tuple[str, str], ...], caller: tuple[tuple[str, str], ...], execution_id: str
) -> tuple[tuple[str, str], ...]:
    """The labels of a subflow's execution: its flow's, the correlation id of the caller, those given."""
    merged = {label.key: label.value for label in flow.labels}
    merged[CORRELATION] = dict(caller).get(CORRELATION, execution_id)
    merged.update((key, value) for key, value in given if key != CORRELATION)
    return tuple(merged.items())


def _services(surroundings: Surroundings) -> Any:
    from tiercel_engine.tasks.expression_services import LocalExpressionServices

    return LocalExpressionServices(surroundings.services, surroundings.knows_namespace)


def flow_context(flow: Flow, surroundings: Surroundings) -> dict[str, Any]:
    """What expressions of a flow see without an execution: the flow, its variables, those of namespace and server."""
    context: dict[str, Any] = {
        "flow": {
            "id": flow.id,
            "namespace": flow.namespace,
            "revision": flow.revision or 1,
            "tenantId": "main",
        },
        "globals": dict(surroundings.globals),
        "envs": dict(surroundings.envs),
        "kestra": {"url": surroundings.kestra_url},
    }
    if variables := surroundings.services.namespace_variables(flow.namespace):
        context["namespace"] = variables
    if flow.variables:
        context["vars"] = dict(flow.variables)
    return context


def _context(
    flow: Flow,
    execution_id: str,
    labels: tuple[tuple[str, str], ...],
    surroundings: Surroundings,
    trigger: Trigger | None,
) -> dict[str, Any]:
    around = flow_context(flow, surroundings)
    context = {
        "flow": around["flow"],
        "execution": {"id": execution_id, "originalId": execution_id},
        "labels": nested_labels(labels),
        **around,
    }
    if trigger is not None:
        context["trigger"] = dict(trigger.variables)
    return context


def _failed_checks(flow: Flow, renderer: Renderer, context: Mapping[str, Any]) -> tuple[Check, ...]:
    failed: list[Check] = []
    for check in flow.checks:
        try:
            passed = renderer.render_typed(check.when, context) is True
        except RenderError:
            failed.append(check.model_copy(update={"behavior": "BLOCK_EXECUTION", "style": "ERROR"}))
            continue
        if not passed:
            failed.append(check)
    return tuple(sorted(failed, key=lambda check: -_STRENGTH[check.behavior]))


def _store(surroundings: Surroundings, flow: Flow, execution_id: str, input_id: str, value: Any) -> str:
    """Copy what a caller gave for a FILE input into storage; raises OSError."""
    content = value if isinstance(value, bytes) else Path(os.fspath(value))
    name = content.name if isinstance(content, Path) else f"{input_id}.upl"
    place = input_path(flow.namespace, flow.id, execution_id, input_id, name)
    return surroundings.services.storage.put(place, content)
