"""What works today and differs tomorrow, or says too little."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.source.values import scalar_text
from tiercel_server.analysis.mappings import find_scalar, find_text, find_value, pointing_span
from tiercel_server.analysis.typed_values import TypedValue
from tiercel_server.rules.examples import flow, item, log, logs, tasks
from tiercel_server.rules.model import Rule, RuleContext
from tiercel_server.rules.registry import checks

_SHELL = "io.kestra.plugin.scripts.shell.Commands"
_MINUTES = 'triggers:\n  - id: often\n    type: io.kestra.plugin.core.trigger.Schedule\n    cron: "{0}"\n'

LATEST_IMAGE = Rule(
    "latest-image", "practice", "A container image is named without a version, or as `latest`.",
    "The next run may get another image, and break or change without a change of the flow.",
    tasks(item(_SHELL, "containerImage: ubuntu:latest", "commands: [ls]")),
    tasks(item(_SHELL, 'containerImage: "ubuntu:24.04"', "commands: [ls]")),
    Severity.WARNING, profile="practice", at_run_time=True,
)  # fmt: skip
NO_DESCRIPTION = Rule(
    "no-description", "practice", "A flow says nowhere what it is for.",
    "Whoever finds it in a list, or has to mend it at night, knows only its id.",
    logs("Hello"), flow("description: Says hello.", "tasks:\n" + log("Hello")),
    Severity.INFORMATION, profile="practice", at_run_time=True,
)  # fmt: skip
EVERY_MINUTE = Rule(
    "every-minute-schedule", "practice", "A schedule starts a run every minute, or more often.",
    "Rarely meant: each run takes a place in the queue and in the history.",
    flow("description: x", "tasks:\n" + log("Hello"), _MINUTES.format("* * * * *")),
    flow("description: x", "tasks:\n" + log("Hello"), _MINUTES.format("0 * * * *")),
    Severity.INFORMATION, profile="practice", at_run_time=True,
)  # fmt: skip
WAITS_FOR_EVER = Rule(
    "no-timeout", "practice", "A task that talks to others has no timeout.",
    "If the other side never answers, the run never ends.",
    flow("description: x", "tasks:\n" + item("http.Request", "uri: https://example.com")),
    flow("description: x", "tasks:\n" + item("http.Request", "uri: https://example.com", "timeout: PT1M")),
    Severity.INFORMATION, profile="practice", at_run_time=True,
)  # fmt: skip

_IMAGE_KEYS = frozenset({"containerImage", "image"})
_TALKS = frozenset({"io.kestra.plugin.core.http.Request", "io.kestra.plugin.core.http.Download"})
_EVERY = re.compile(r"\*(/1)?")


@checks(LATEST_IMAGE)
def check_images(context: RuleContext) -> Iterator[Diagnostic]:
    """Properties that name an image."""
    for value in context.flow.values:
        if value.name in _IMAGE_KEYS and value.path[-1] == value.name and not value.is_key and _is_floating(value):
            yield LATEST_IMAGE.finding("this image may be another one tomorrow: name a version", value.node.span)


def _is_floating(value: TypedValue) -> bool:
    text = scalar_text(value.node) or ""
    if not text or "{{" in text or "@sha256:" in text:
        return False
    name = text.rsplit("/", 1)[-1]
    return ":" not in name or name.endswith(":latest")


@checks(NO_DESCRIPTION)
def check_description(context: RuleContext) -> Iterator[Diagnostic]:
    """The flow's own description."""
    symbol = context.flow.outline.id
    if symbol is not None and not (find_text(context.flow.root, "description") or "").strip():
        yield NO_DESCRIPTION.finding("the flow has no description", symbol.span)


@checks(EVERY_MINUTE)
def check_schedules(context: RuleContext) -> Iterator[Diagnostic]:
    """The minutes of schedules."""
    for trigger in context.flow.outline.triggers:
        if trigger.type.endswith(".Schedule"):
            fields = (find_text(trigger.node, "cron") or "").split()
            with_seconds = find_scalar(trigger.node, "withSeconds") is True
            minute = fields[1:3] if with_seconds else fields[:2]
            if len(fields) >= 5 and all(_EVERY.fullmatch(field) for field in minute):
                span = pointing_span(trigger.node, "cron") or trigger.name_span
                yield EVERY_MINUTE.finding("this starts a run every minute", span)


@checks(WAITS_FOR_EVER)
def check_timeouts(context: RuleContext) -> Iterator[Diagnostic]:
    """Tasks that wait for an answer."""
    for task in context.flow.outline.tasks:
        if (
            task.type in _TALKS
            and find_value(task.node, "timeout") is None
            and find_value(task.node, "options") is None
        ):
            yield WAITS_FOR_EVER.finding(f"`{task.id}` may wait for ever: give it a `timeout`", task.name_span)
