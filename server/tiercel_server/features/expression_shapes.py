"""What an expression is like, and where the things that it names come from."""

from __future__ import annotations

from collections.abc import Mapping

from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.expressions import signatures
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.scopes import Scope
from tiercel_server.analysis.shapes import (
    ANY,
    ANY_LIST,
    ANY_MAP,
    BOOLEAN,
    DATE,
    INTEGER,
    NUMBER,
    STRING,
    Shape,
    member,
)

Locals = Mapping[str, Shape]
_RETURNS: Mapping[str, Shape] = {
    "string": STRING,
    "integer": INTEGER,
    "number": NUMBER,
    "boolean": BOOLEAN,
    "date": DATE,
    "list": ANY_LIST,
    "map": ANY_MAP,
}
_LITERALS: Mapping[type[n.Node], Shape] = {
    n.StringLiteral: STRING,
    n.Interpolation: STRING,
    n.IntegerLiteral: INTEGER,
    n.DoubleLiteral: NUMBER,
    n.BooleanLiteral: BOOLEAN,
    n.Test: BOOLEAN,
    n.ListLiteral: ANY_LIST,
    n.MapLiteral: ANY_MAP,
}
_ROOTS = {
    "inputs": "the execution's inputs",
    "outputs": "outputs of tasks that ran before",
    "vars": "the flow's variables",
    "trigger": "what started the execution",
    "flow": "this flow",
    "execution": "this execution",
    "task": "this task",
    "taskrun": "this run of the task",
    "tasks": "states of tasks",
    "item": "the turn of the loop",
    "labels": "the execution's labels",
    "envs": "environment variables of the server",
    "globals": "global variables of the server",
    "kestra": "the server",
    "parent": "the task around this one",
    "parents": "the tasks around this one",
}
_MEMBERS = {
    ("item", "value"): "the value of this turn of the loop",
    ("item", "index"): "the place of this turn among the loop's",
    ("item", "key"): "the key of this turn, where the loop goes through a map",
    ("item", "parent"): "the turn of the loop around this one",
    ("item", "parents"): "the turns of the loops around this one",
    ("trigger", "date"): "the date that the schedule meant",
    ("trigger", "next"): "the schedule's date after this one",
    ("trigger", "previous"): "the schedule's date before this one",
    ("trigger", "_context"): "id and type of the trigger",
    ("execution", "id"): "the id of this execution",
    ("execution", "startDate"): "when this execution began",
    ("execution", "state"): "the state of this execution",
    ("flow", "id"): "the id of this flow",
    ("flow", "namespace"): "the namespace of this flow",
    ("flow", "revision"): "the revision of this flow",
    ("task", "id"): "the id of this task",
    ("task", "type"): "the type of this task",
    ("taskrun", "id"): "the id of this run of the task",
    ("taskrun", "startDate"): "when this run of the task began",
    ("taskrun", "attemptsCount"): "how often this run of the task was tried",
    ("taskrun", "value"): "the value of this turn of the loop",
}


def shape_of(node: n.Expression, scope: Scope | None, local: Locals) -> Shape:
    """What an expression is like; `ANY` where it can't be told."""
    match node:
        case n.Variable(name=name):
            if name in local:
                return local[name]
            return (scope.root(name) if scope is not None else None) or ANY
        case n.Attribute(target=target, name=name, arguments=None):
            return member(shape_of(target, scope, local), name) or ANY
        case n.Subscript(target=target, key=n.StringLiteral(value=key) | n.IntegerLiteral(value=key)):
            return member(shape_of(target, scope, local), key) or ANY
        case n.Call(name=name):
            found = signatures(scope.flow.version).functions.get(name) if scope is not None else None
            return _RETURNS.get(found.returns, ANY) if found is not None else ANY
        case n.Filter(name=name):
            found = signatures(scope.flow.version).filters.get(name) if scope is not None else None
            return _RETURNS.get(found.returns, ANY) if found is not None else ANY
    return _LITERALS.get(type(node), ANY)


def static_path(node: n.Expression) -> tuple[str, ...] | None:
    """The names that an expression is made of, as `("outputs", "a", "value")`; None where one is not literal."""
    steps: list[str] = []
    while True:
        match node:
            case n.Variable(name=name):
                return (name, *reversed(steps))
            case n.Attribute(target=target, name=name, arguments=None):
                steps.append(name)
                node = target
            case n.Subscript(target=target, key=n.StringLiteral(value=key) | n.IntegerLiteral(value=key)):
                steps.append(str(key))
                node = target
            case _:
                return None


def describe_origin(path: tuple[str, ...], flow: FlowAnalysis | None) -> str:
    """Where a name comes from, in a few words: `input · INT`, `output of load (Query)`."""
    match path:
        case (root,):
            return _ROOTS.get(root, "")
        case ("inputs", *steps) if flow is not None:
            found = flow.outline.input(".".join(steps))
            return f"input · {found.type}" if found is not None and found.type else "input"
        case ("outputs", task_id, *steps) if flow is not None:
            task = flow.outline.task(task_id)
            kind = f" ({task.type.rpartition('.')[2]})" if task is not None and task.type else ""
            return f"output of {task_id}{kind}" if steps else f"task {task_id}{kind}"
        case ("vars", *_):
            return "variable"
        case ("trigger", name, *_):
            return " · ".join(part for part in (_trigger_text(name, flow), _MEMBERS.get(("trigger", name), "")) if part)
        case (root, name):
            return _MEMBERS.get((root, name), "label" if root == "labels" else "")
        case ("labels", *_):
            return "label"
    return ""


def _trigger_text(name: str, flow: FlowAnalysis | None) -> str:
    """The trigger that gives a name, where one alone does."""
    if flow is None:
        return "trigger"
    giving = []
    for trigger in flow.outline.triggers:
        plugin = flow.catalog.plugin(trigger.type) if trigger.type else None
        if plugin is not None and name in plugin.outputs:
            giving.append(trigger)
    if len(giving) != 1 or not giving[0].id:
        return "trigger"
    return f"trigger {giving[0].id} ({giving[0].type.rpartition('.')[2]})"
