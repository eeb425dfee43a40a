"""What tasks that hold tasks must keep to."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.source.nodes import MappingNode, Node, ScalarNode, SequenceNode
from tiercel_server.analysis.mappings import effective_pairs, find_items, find_pair, find_value
from tiercel_server.analysis.symbols import TaskSymbol
from tiercel_server.rules.examples import CORE, indented, item, log, one_task, tasks
from tiercel_server.rules.model import Rule, RuleContext, replacement
from tiercel_server.rules.registry import checks
from tiercel_server.rules.wording import nearest

_WHY = "Kestra refuses the flow."


def _dag(*steps: str) -> str:
    items = "".join(
        f"      - task: {{id: {name}, type: {CORE}debug.Return}}\n"
        + (f"        dependsOn: [{needs}]\n" if needs else "")
        for name, _, needs in (step.partition(":") for step in steps)
    )
    return tasks(item("flow.Dag", "tasks:", task_id="graph"), items)


UNKNOWN_DAG_DEPENDENCY = Rule(
    "unknown-dag-dependency", "logic", "A task of a Dag depends on one that the Dag does not hold.", _WHY,
    _dag("first:", "second:frist"), _dag("first:", "second:first"),
    fix="Writes the id of the task that was probably meant.",
)  # fmt: skip
DAG_CYCLE = Rule(
    "dag-cycle", "logic", "Tasks of a Dag depend on one another in a circle.",
    "Kestra refuses the flow: none of them could run first.",
    _dag("first:second", "second:first"), _dag("first:", "second:first"),
)  # fmt: skip
EMPTY_FLOWABLE = Rule(
    "empty-flowable", "logic", "A task that holds tasks has none.", _WHY,
    one_task("flow.Switch", 'value: "a"', "cases: {}"),
    tasks(item("flow.Switch", 'value: "a"', "defaults:"), indented(log("Hello"))),
)  # fmt: skip
NOT_RUNNABLE_CHILD = Rule(
    "not-runnable-child", "logic", "A WorkingDirectory holds a task that no worker runs.",
    "Kestra refuses the flow: the tasks of a WorkingDirectory run on one worker, and tasks that hold tasks, or start "
    "other flows, don't run on any.",
    tasks(
        item("flow.WorkingDirectory", "tasks:"),
        indented(item("flow.Subflow", "namespace: a", "flowId: b", task_id="call")),
    ),
    tasks(item("flow.WorkingDirectory", "tasks:"), indented(log("Hello"))),
)  # fmt: skip
RUNNABLE_ONLY = Rule(
    "runnable-only-property", "logic", "A task that no worker runs has a property for those that one runs.",
    "Kestra ignores it.",
    tasks(item("flow.Sequential", "timeout: PT1M", "tasks:"), indented(log("Hello"))),
    tasks(item("flow.Sequential", "tasks:"), indented(log("Hello"))),
    Severity.WARNING,
)  # fmt: skip

_FLOW = CORE + "flow."
_RUNNABLE_ONLY = ("timeout", "taskCache", "workerSelector")
_HAVE_TIMEOUT = frozenset({_FLOW + "Pause", _FLOW + "Subflow"})


@checks(UNKNOWN_DAG_DEPENDENCY, DAG_CYCLE, EMPTY_FLOWABLE, NOT_RUNNABLE_CHILD, RUNNABLE_ONLY)
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """Each task by its type."""
    for task in context.flow.outline.tasks:
        kind = context.flow.catalog.canonical(task.type).removeprefix(_FLOW)
        if kind == "Dag":
            yield from _check_dag(task)
        elif kind == "Switch":
            yield from _check_switch(task)
        elif kind == "WorkingDirectory":
            yield from _check_directory(context, task)
        yield from _check_runnable_only(context, task)


def _check_dag(task: TaskSymbol) -> Iterator[Diagnostic]:
    children = [child for child in task.children if child.slot == "tasks"]
    needs = {child.id: child.depends_on for child in children if child.id}
    if len(children) != len(needs):
        return
    for wrapper in find_items(task.node, "tasks"):
        for node in find_items(wrapper, "dependsOn"):
            if isinstance(node, ScalarNode) and node.value not in needs:
                meant = nearest(node.value, needs)
                hint = f"; did you mean `{meant}`?" if meant else ""
                data = replacement(node.span, meant, f"Write `{meant}`") if meant else {}
                message = f"the Dag has no task `{node.value}`{hint}"
                yield UNKNOWN_DAG_DEPENDENCY.finding(message, node.span, data=data)
    circle = _circle(needs)
    if circle:
        first = next(child for child in children if child.id in circle)
        wrappers = (each for each in find_items(task.node, "tasks") if find_value(each, "task") is first.node)
        pair = find_pair(next(wrappers, None), "dependsOn")
        names = ", ".join(f"`{child.id}`" for child in children if child.id in circle)
        yield DAG_CYCLE.finding(
            f"these depend on one another in a circle: {names}", pair.key.span if pair else first.name_span
        )


def _circle(needs: dict[str, tuple[str, ...]]) -> set[str]:
    waiting = dict(needs)
    while ready := [name for name, wanted in waiting.items() if not any(each in waiting for each in wanted)]:
        for name in ready:
            del waiting[name]
    while idle := [name for name in waiting if not any(name in wanted for wanted in waiting.values())]:
        for name in idle:
            del waiting[name]
    return set(waiting)


def _check_switch(task: TaskSymbol) -> Iterator[Diagnostic]:
    cases, defaults = find_value(task.node, "cases"), find_value(task.node, "defaults")
    has_case = isinstance(cases, MappingNode) and any(_has_items(pair.value) for pair in effective_pairs(cases))
    if not has_case and not _has_items(defaults) and not task.children:
        yield EMPTY_FLOWABLE.finding("neither `cases` nor `defaults` holds a task", task.name_span)


def _has_items(node: Node | None) -> bool:
    return isinstance(node, SequenceNode) and bool(node.items)


def _check_directory(context: RuleContext, task: TaskSymbol) -> Iterator[Diagnostic]:
    for child in task.children:
        if child.slot != "tasks" or not child.type:
            continue
        plugin = context.flow.catalog.plugin(child.type)
        if plugin is not None and plugin.exact and plugin.kind == "task" and not plugin.runnable:
            message = (
                f"`{plugin.name.rsplit('.', 1)[-1]}` can't run inside a WorkingDirectory: only tasks that a worker runs"
            )
            yield NOT_RUNNABLE_CHILD.finding(message, child.type_span or child.name_span)
        elif find_pair(child.node, "workerSelector") is not None:
            message = "the tasks of a WorkingDirectory run on its worker: select it on the WorkingDirectory"
            pair = find_pair(child.node, "workerSelector")
            yield NOT_RUNNABLE_CHILD.finding(message, pair.key.span if pair else child.name_span)


def _check_runnable_only(context: RuleContext, task: TaskSymbol) -> Iterator[Diagnostic]:
    plugin = context.flow.catalog.plugin(task.type) if task.type else None
    if plugin is None or plugin.kind != "task" or plugin.runnable or not plugin.exact:
        return
    for name in _RUNNABLE_ONLY:
        pair = find_pair(task.node, name)
        if (
            pair is not None
            and not (name == "timeout" and plugin.name in _HAVE_TIMEOUT)
            and plugin.find(name) is not None
        ):
            kind = plugin.name.rsplit(".", 1)[-1]
            yield RUNNABLE_ONLY.finding(f"`{name}` does nothing on a `{kind}`: no worker runs it", pair.key.span)
