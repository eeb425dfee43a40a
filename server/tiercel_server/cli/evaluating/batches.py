"""Many expressions at once: cases in, outcomes out, in the shape of the design's contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tiercel_engine.expressions import Renderer, RenderError
from tiercel_engine.expressions.reporting import typed_report
from tiercel_server.cli.evaluating.surroundings import CommandLineServices

if TYPE_CHECKING:
    from tiercel_schemas.versions import KestraVersion


def evaluate_batch(cases: Any, version: KestraVersion) -> list[dict[str, Any]]:
    """The outcome of each `{id, expression, context}`; `{setup}` entries put KV pairs and files in place.

    Raises click.UsageError for what is no list of such entries.
    """
    if not isinstance(cases, list):
        raise click.UsageError("a batch is a JSON list of {id, expression, context}")
    services = CommandLineServices()
    renderer = Renderer(version, services)
    outcomes: list[dict[str, Any]] = []
    for index, case in enumerate(cases):
        if not isinstance(case, dict):
            raise click.UsageError(f"entry {index} of the batch is no {{id, expression, context}}")
        if "setup" in case:
            _set_up(case["setup"], services, index)
        else:
            outcomes.append(_outcome(case, renderer, index))
    return outcomes


def _set_up(setup: Any, services: CommandLineServices, index: int) -> None:
    kv, files = (setup.get(name) or {} for name in ("kv", "files")) if isinstance(setup, dict) else ({}, {})
    namespace = setup.get("namespace") if isinstance(setup, dict) else None
    fits = isinstance(namespace, str) and isinstance(kv, dict) and isinstance(files, dict)
    if not fits or not all(isinstance(text, str) for text in files.values()):
        raise click.UsageError(f"entry {index}: `setup` holds a namespace, and maps `kv` and `files` (path: text)")
    services.put(str(namespace), kv, files)


def _outcome(case: dict[str, Any], renderer: Renderer, index: int) -> dict[str, Any]:
    expression, context = case.get("expression"), case.get("context")
    name = case.get("id", str(index))
    if not isinstance(expression, str):
        raise click.UsageError(f"entry {index} ({name}) has no `expression` of text")
    if context is not None and not isinstance(context, dict):
        raise click.UsageError(f"entry {index} ({name}): `context` is no map of variables")
    try:
        return {
            "id": name,
            "rendered": renderer.render(expression, context or {}),
            "typed": typed_report(renderer.evaluate(expression, context or {})),
        }
    except RenderError as error:
        return {"id": name, "error": error.as_data()}
