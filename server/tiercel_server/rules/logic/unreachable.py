"""Tasks that can't run, and what nobody reads."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, RelatedLocation, Severity
from tiercel_server.analysis.mappings import find_pair, find_scalar
from tiercel_server.analysis.symbols import TaskSymbol
from tiercel_server.rules.examples import item, log, logs, tasks
from tiercel_server.rules.model import Rule, RuleContext
from tiercel_server.rules.registry import checks
from tiercel_server.rules.wording import nearest

UNREACHABLE_TASK = Rule(
    "unreachable-task", "logic", "A task stands behind one that always ends the run.",
    "`Fail` and `Exit` without a condition end the execution: what follows never runs.",
    tasks(item("execution.Fail", task_id="stop"), log("Hello")),
    tasks(item("execution.Fail", "condition: \"{{ labels.mood == 'bad' }}\"", task_id="stop"), log("Hello")),
    Severity.WARNING, at_run_time=True,
)  # fmt: skip
UNUSED_INPUT = Rule(
    "unused-input", "logic", "No expression reads an input.",
    "Whoever starts the flow is asked for a value that changes nothing.",
    logs("Hello", "inputs:\n  - {id: name, type: STRING}"),
    logs("Hello {{ inputs.name }}", "inputs:\n  - {id: name, type: STRING}"),
    Severity.INFORMATION, at_run_time=True,
)  # fmt: skip
UNUSED_VARIABLE = Rule(
    "unused-variable", "logic", "No expression reads a variable.",
    "It changes nothing, or the expression that was meant to read it names another.",
    logs("Hello", "variables:\n  name: Ada"), logs("Hello {{ vars.name }}", "variables:\n  name: Ada"),
    Severity.INFORMATION, at_run_time=True,
)  # fmt: skip
NOT_RENDERED = Rule(
    "not-rendered", "logic", "An expression stands in a property that is not rendered.",
    "Kestra takes the braces as text.",
    logs("Hello", 'labels:\n  team: "{{ vars.team }}"'), logs("Hello", "labels:\n  team: data"),
    Severity.WARNING, at_run_time=True,
)  # fmt: skip

_CORE = "io.kestra.plugin.core."
_ENDS = frozenset({_CORE + "execution.Fail", _CORE + "execution.Exit"})
_IN_ORDER = frozenset(
    {_CORE + "flow." + name for name in ("Sequential", "AllowFailure", "WorkingDirectory", "Loop", "ForEach")}
)
_LITERAL_FLOW_KEYS = frozenset({"labels", "concurrency", "id", "namespace"})
_TEXT_KEYS = frozenset({"description", "displayName", "message"})
_WHOLE_CONTEXT = frozenset({"printContext", "fetchContext"})


@checks(UNREACHABLE_TASK)
def check_reach(context: RuleContext) -> Iterator[Diagnostic]:
    """What follows a `Fail` or an `Exit` in its list."""
    ended: dict[tuple[int, str], TaskSymbol] = {}
    for task in context.flow.outline.tasks:
        is_ordered = task.parent is None or task.slot in {"then", "else", "defaults"} or task.slot.startswith("cases.")
        if not is_ordered and task.parent is not None:
            is_ordered = task.parent.type in _IN_ORDER and task.slot == "tasks"
        if not is_ordered or task.slot in {"errors", "finally", "afterExecution"} or task.disabled:
            continue
        key = (id(task.parent), task.slot)
        before = ended.get(key)
        if before is not None:
            related = (RelatedLocation(before.name_span, "the run ends here"),)
            message = f"this never runs: `{before.id}` always ends the run"
            yield UNREACHABLE_TASK.finding(message, task.name_span, related=related)
        elif task.type in _ENDS and _is_certain(task):
            ended[key] = task


def _is_certain(task: TaskSymbol) -> bool:
    return not any(find_pair(task.node, name) for name in ("condition", "runIf")) and (
        find_scalar(task.node, "allowFailure") is not True
    )


@checks(UNUSED_INPUT, UNUSED_VARIABLE)
def check_use(context: RuleContext) -> Iterator[Diagnostic]:
    """Inputs and top-level variables that nothing names."""
    flow = context.flow
    used = {"inputs": set[str](), "vars": set[str]()}
    whole = any(use.name in _WHOLE_CONTEXT for use in flow.uses)
    for reference in flow.references:
        if reference.root in used:
            if not reference.steps:
                whole = True
            else:
                used[reference.root].add(".".join(str(name) for name in reference.names))
                whole = whole or (not reference.complete and reference.root == "inputs")
    if whole:
        return
    _add_misspelt(used["inputs"], {each.steps[0] for each in flow.outline.inputs if each.steps})
    _add_misspelt(used["vars"], {each.steps[0] for each in flow.outline.variables})
    text = flow.source.text.slice(flow.document.span)
    needed = {name for each in flow.outline.inputs for name in each.depends_on}
    for each in flow.outline.inputs:
        is_read = each.id in needed or _is_named(each.id, used["inputs"]) or _is_written(f"inputs.{each.id}", text)
        if each.id and each.type != "FORM" and not is_read:
            yield UNUSED_INPUT.finding(f"no expression reads the input `{each.id}`", each.name_span)
    for variable in flow.outline.variables:
        name = variable.steps[0]
        is_read = _is_named(name, used["vars"]) or _is_written(f"vars.{name}", text)
        if len(variable.steps) == 1 and not is_read:
            yield UNUSED_VARIABLE.finding(f"no expression reads the variable `{name}`", variable.key_span)


def _is_written(name: str, text: str) -> bool:
    """Whether a name stands anywhere, as in a text that is rendered later (`render(vars.x)`)."""
    last = name.partition(".")[2]
    return any(form in text for form in (name, f"'{last}'", f'"{last}"'))


def _add_misspelt(used: set[str], declared: set[str]) -> None:
    """A misspelt name was meant to read the one that it is like: that is one mistake, not two."""
    heads = {name.split(".")[0] for name in used}
    used |= {meant for name in heads - declared if (meant := nearest(name, declared)) is not None}


def _is_named(name: str, used: set[str]) -> bool:
    return any(each == name or each.startswith(f"{name}.") or name.startswith(f"{each}.") for each in used)


@checks(NOT_RENDERED)
def check_rendering(context: RuleContext) -> Iterator[Diagnostic]:
    """Expressions in values that the catalog knows not to be rendered."""
    for site in context.flow.templates:
        value = site.value
        if site.rendering != "literal" or value.is_key or value.name in _TEXT_KEYS or site.template.is_plain:
            continue
        plugin = context.flow.catalog.plugin(value.host) if isinstance(value.owner, TaskSymbol) else None
        if value.path[0] in _LITERAL_FLOW_KEYS or (plugin is not None and plugin.exact):
            yield NOT_RENDERED.finding(f"`{value.name}` is not rendered: Kestra takes this as text", value.node.span)
