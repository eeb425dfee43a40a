"""What the command line gave, completed: the environment first, then a person."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

import click

from tiercel_engine.expressions import Renderer
from tiercel_engine.inputs import given_value, missing_inputs
from tiercel_engine.tasks.expression_services import LocalExpressionServices
from tiercel_engine.tasks.services import LocalServices
from tiercel_schemas.model import Flow
from tiercel_server.cli.prompting.environment import inputs_in
from tiercel_server.cli.prompting.questions import ask
from tiercel_server.cli.running.complaints import Refused

Asking = Callable[[], bool]
"""Whether a person may be asked."""


def terminal() -> bool:
    """Whether a person sits before standard input and sees what is asked on standard error."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def nobody() -> bool:
    """For those who don't want to be asked."""
    return False


def completed_inputs(
    flow: Flow,
    given: Mapping[str, Any],
    services: LocalServices,
    environment: Mapping[str, str],
    may_ask: Asking = terminal,
) -> dict[str, Any]:
    """The inputs with those of the environment below them; required ones that still lack are asked for, one by one.

    An answer may enable further inputs or give them their choices. Raises `Refused` when the person gives up.
    """
    lent = inputs_in(environment, flow)
    values = {**{name: text for name, text in lent.items() if given_value(given, name) is None}, **given}
    if not flow.inputs or not may_ask():
        return values
    renderer = Renderer(flow.version, LocalExpressionServices(services))
    asked: set[str] = set()
    while True:
        context = _context(flow, services)
        lacking = missing_inputs(flow.inputs, values, version=flow.version, rendering=renderer, context=context)
        item = next((each for each in lacking if each.id not in asked), None)
        if item is None:
            return values
        if not asked:
            click.echo(f"Inputs of {flow.namespace}.{flow.id} (Ctrl-C leaves):", err=True)
        asked.add(item.id)
        try:
            values[item.id] = ask(item, flow.version)
        except click.Abort:
            click.echo(err=True)
            raise Refused(f"Input `{item.id}` was not given, so the flow was not run.") from None


def _context(flow: Flow, services: LocalServices) -> dict[str, Any]:
    flow_entry = {"id": flow.id, "namespace": flow.namespace, "revision": flow.revision or 1, "tenantId": "main"}
    context: dict[str, Any] = {"flow": flow_entry, "vars": dict(flow.variables)}
    if variables := services.namespace_variables(flow.namespace):
        context["namespace"] = variables
    return context
