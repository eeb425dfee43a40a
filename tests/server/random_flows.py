"""Random flows for properties: trees of tasks in every flowable, as text."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import strategies as st

CORE = "io.kestra.plugin.core.flow."
LOG = {"type": "io.kestra.plugin.core.log.Log", "message": "x"}


def _tasks(children: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(children, min_size=1, max_size=5)


def _holders(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    tasks = _tasks(children)
    handlers = st.fixed_dictionaries({}, optional={"errors": _tasks(st.just(LOG)), "finally": _tasks(st.just(LOG))})
    plain = st.builds(
        lambda kind, held, more: {"type": CORE + kind, "tasks": held, **more},
        st.sampled_from(["Sequential", "Parallel", "AllowFailure", "WorkingDirectory"]),
        tasks,
        handlers,
    )
    choice = st.builds(
        lambda then, other: {"type": CORE + "If", "condition": "{{ true }}", "then": then, "else": other}, tasks, tasks
    )
    switch = st.builds(
        lambda cases, default: {"type": CORE + "Switch", "value": "a", "cases": cases, "defaults": default},
        st.dictionaries(st.sampled_from(["a", "b", "long name of a case", "ü😀"]), tasks, min_size=1),
        tasks,
    )
    return st.one_of(plain, choice, switch, st.builds(_dag, tasks, st.integers(0, 2**20)))


def _dag(held: list[Any], bits: int) -> dict[str, Any]:
    """A Dag in which each task waits for some of those before it; `waits` are turned into ids by `_named`."""
    waits = [[j for j in range(i) if bits >> (i * 4 + j) & 1] for i in range(len(held))]
    return {
        "type": CORE + "Dag",
        "tasks": [{"task": task, "waits": wait} for task, wait in zip(held, waits, strict=True)],
    }


TASK = st.recursive(st.just(LOG), _holders, max_leaves=25)


def _named(value: Any, counter: list[int]) -> Any:
    """The same with an id for each task."""
    if isinstance(value, list):
        named = [_named(each, counter) for each in value]
        for each in named:
            if isinstance(each, dict) and "waits" in each:
                each["dependsOn"] = [named[index]["task"]["id"] for index in each.pop("waits")]
        return named
    if not isinstance(value, dict):
        return value
    found = {}
    if "type" in value:
        counter[0] += 1
        found["id"] = f"task_{counter[0]}" + "_with_a_rather_long_name" * (counter[0] % 5 == 0)
    return found | {key: _named(each, counter) for key, each in value.items()}


@st.composite
def flow_texts(draw: st.DrawFn) -> tuple[str, int]:
    """The text of a flow and the number of its tasks."""
    counter = [0]
    flow: dict[str, Any] = {"id": "random", "namespace": "company.team", "tasks": draw(_tasks(TASK))}
    for section in ("errors", "finally", "afterExecution"):
        if draw(st.booleans()):
            flow[section] = draw(_tasks(TASK))
    flow = {key: _named(value, counter) for key, value in flow.items()}
    flow["triggers"] = [
        {"id": f"daily_{number}", "type": "io.kestra.plugin.core.trigger.Schedule", "cron": "0 6 * * *"}
        for number in range(draw(st.integers(0, 3)))
    ]
    return yaml.safe_dump(flow, sort_keys=False, allow_unicode=True), counter[0]
