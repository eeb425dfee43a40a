"""Texts where a task takes a list, or the JSON text of one, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.source.nodes import ScalarNode
from tiercel_schemas.source.values import scalar_text
from tiercel_server.analysis.mappings import find_value
from tiercel_server.rules.examples import CORE, indented, item, log, tasks
from tiercel_server.rules.model import Rule, RuleContext
from tiercel_server.rules.registry import checks

TEXT_FOR_LIST = Rule(
    "text-for-list",
    "structure",
    "A text stands where a task takes a list: the values of a loop, the commands of a script.",
    "Kestra saves the flow. When the task runs the text is read as JSON, and the task fails if it is none.",
    tasks(item("flow.Loop", "values: a, b", "tasks:", task_id="each"), indented(log("Hello"))),
    tasks(item("flow.Loop", "values: [a, b]", "tasks:", task_id="each"), indented(log("Hello"))),
    at_run_time=True,
)

_LOOPS: Mapping[str, str] = {
    f"{CORE}flow.Loop": "values",
    f"{CORE}flow.ForEach": "values",
    f"{CORE}flow.EachSequential": "value",
    f"{CORE}flow.EachParallel": "value",
}
_SCRIPTS = "io.kestra.plugin.scripts."
_LISTS_OF_SCRIPTS = ("commands", "beforeCommands")


@checks(TEXT_FOR_LIST)
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """Loops and scripts."""
    for task in context.flow.outline.tasks:
        names: tuple[str, ...] = ()
        severity = Severity.ERROR
        if task.type in _LOOPS:
            names = (_LOOPS[task.type],)
        elif task.type.startswith(_SCRIPTS):
            names, severity = _LISTS_OF_SCRIPTS, Severity.WARNING
        for name in names:
            node = find_value(task.node, name)
            text = scalar_text(node) if isinstance(node, ScalarNode) else None
            if node is not None and text and not _may_be_list(text):
                message = f"`{name}` takes a list, or the JSON text of one"
                yield TEXT_FOR_LIST.finding(message, node.span, severity=severity)


def _may_be_list(text: str) -> bool:
    """Whether a text holds an expression, begins like JSON, or names a file."""
    return "{{" in text or "{%" in text or not text.strip() or text.lstrip()[0] in "[{" or "://" in text
