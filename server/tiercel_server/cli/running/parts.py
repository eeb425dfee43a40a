"""Which part of a flow runs, as `--from`, `--to` and `--task` say it, and what an earlier execution lends to it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from tiercel_engine.core.events import ExecutionCreated
from tiercel_engine.core.plan import Plan, make_plan
from tiercel_engine.core.replaying import NoSuchTaskError, check_extent
from tiercel_engine.core.wishes import WHOLE, Extent, Fixture
from tiercel_engine.store import History, Search, Summary
from tiercel_schemas.model import Flow
from tiercel_server.cli.running.complaints import Refused
from tiercel_server.cli.running.given_context import is_alone

LAST = "last"
_LOOKED_AT = 50
"""Executions among which one that can lend something is sought."""


def checked_extent(flow: Flow, extent: Extent) -> Extent:
    """The extent, whose tasks the flow has; raises `Refused`."""
    plan = make_plan(flow)
    for option, name in (("--from", extent.first), ("--to", extent.last), ("--task", extent.only)):
        if name is not None and name not in plan.tasks:
            raise Refused(*_unknown_task(flow, plan, option, name))
    try:
        check_extent(extent, plan)
    except NoSuchTaskError as error:
        raise Refused(f"This part of flow '{flow.id}' can't run: {error}.") from error
    return extent


def running_tasks(flow: Flow, extent: Extent, fixtures: Iterable[Fixture] = ()) -> tuple[str, ...]:
    """The ids of the tasks that may run, in the order written, stand-ins and what they hold left out."""
    plan = make_plan(flow, extent=extent)
    mocked = {fixture.task_id for fixture in fixtures}
    reached = set(_below(plan, None, mocked))
    return tuple(task.id for task in flow.all_tasks() if task.id in reached)


def lent(history: History, flow: Flow, reuse: str | None, extent: Extent) -> str | None:
    """The id of the execution whose outputs stand for what does not run, None for none; raises `Refused`.

    `last` is the newest execution of the flow that was none of a single task (`--task`).
    Without `reuse` it is lent where there is one and a part needs it.
    """
    if extent.first is None and extent.only is None and reuse is None:
        return None
    if reuse is None or reuse == LAST:
        newest = _newest(history, flow)
        if newest is None and (reuse is not None or extent.first is not None):
            raise Refused(
                f"Flow '{flow.namespace}.{flow.id}' was not run here yet, so there is nothing to reuse.",
                "`tiercel run` it as a whole once, or give what is missing with --mock TASK=OUTPUTS.",
            )
        return newest.id if newest is not None else None
    from tiercel_server.cli.history.finding import named

    found = named(history, reuse)
    if (found.namespace, found.flow_id) != (flow.namespace, flow.id):
        raise Refused(
            f"Execution {found.id} is one of flow '{found.namespace}.{found.flow_id}', "
            f"not of '{flow.namespace}.{flow.id}'."
        )
    return found.id


def _newest(history: History, flow: Flow) -> Summary | None:
    """The newest execution of a flow that is of use: not one of a single task, which knows little of the others."""
    found = history.find(Search(namespace=flow.namespace, flow_id=flow.id, limit=_LOOKED_AT))
    return next((each for each in found if not _is_of_one_task(history, each.id)), None)


def _is_of_one_task(history: History, execution_id: str) -> bool:
    first = next(history.events(execution_id), None)
    if not isinstance(first, ExecutionCreated):
        return True
    return first.extent.only is not None or is_alone(first.flow, first.fixtures)


def _below(plan: Plan, task_id: str | None, mocked: set[str]) -> Iterator[str]:
    lists = plan.root if task_id is None else plan.tasks[task_id].lists
    for ids in lists.values():
        for name in ids:
            if name not in mocked:
                yield name
                yield from _below(plan, name, mocked)


def _unknown_task(flow: Flow, plan: Plan, option: str, name: str) -> list[str]:
    if any(task.id == name for task in flow.all_tasks()):
        return [f"{option}: task '{name}' of flow '{flow.id}' is disabled."]
    near = difflib.get_close_matches(name, plan.tasks, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    return [f"{option}: flow '{flow.id}' has no task '{name}'.{hint}", f"It has: {', '.join(plan.tasks)}."]


__all__ = ["WHOLE", "checked_extent", "lent", "running_tasks"]
