"""Old names of core types, by rule: the packages of core were renamed as wholes."""

from __future__ import annotations

_CORE = "io.kestra.plugin.core."

_PACKAGES = {
    "io.kestra.core.tasks.debugs.": _CORE + "debug.",
    "io.kestra.core.tasks.executions.": _CORE + "execution.",
    "io.kestra.core.tasks.flows.": _CORE + "flow.",
    "io.kestra.core.tasks.log.": _CORE + "log.",
    "io.kestra.core.tasks.states.": _CORE + "state.",
    "io.kestra.core.tasks.storages.": _CORE + "storage.",
    "io.kestra.core.tasks.templating.": _CORE + "templating.",
    "io.kestra.core.tasks.trigger.": _CORE + "trigger.",
    "io.kestra.core.models.triggers.types.": _CORE + "trigger.",
    "io.kestra.plugin.fs.http.": _CORE + "http.",
}

_SINGLE = {
    _CORE + "flow.Flow": _CORE + "flow.Subflow",
    _CORE + "flow.WaitFor": _CORE + "flow.LoopUntil",
    _CORE + "flow.Worker": _CORE + "flow.WorkingDirectory",
    _CORE + "execution.Counts": _CORE + "execution.Count",
    _CORE + "storage.Purge": _CORE + "execution.PurgeExecutions",
    _CORE + "storage.PurgeExecution": _CORE + "storage.PurgeCurrentExecutionFiles",
}

_KEPT = frozenset(_CORE + f"condition.{name}Condition" for name in ("Flow", "FlowNamespace", "Multiple"))
_CONDITIONS = "io.kestra.core.models.conditions.types."


def canonical_type(name: str) -> str:
    """The name that a type goes by today; a name that is no known alias is given back.

    Whether a version still takes the alias is the catalog's question, not this function's.
    """
    renamed = name
    for old, new in _PACKAGES.items():
        if name.startswith(old):
            renamed = new + name[len(old) :]
            break
    else:
        if name.startswith(_CONDITIONS):
            renamed = _CORE + "condition." + name[len(_CONDITIONS) :]
    if renamed.startswith(_CORE + "condition.") and renamed not in _KEPT and renamed.endswith("Condition"):
        renamed = renamed.removesuffix("Condition")
        return _CORE + "condition.Expression" if renamed.endswith(".Variable") else renamed
    return _SINGLE.get(renamed, renamed)
