"""Plugin defaults that `tiercel.yaml` gives to namespaces: what a flow's tasks of a type have beyond what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tiercel_schemas.model.flow import Flow
from tiercel_schemas.model.plugin_defaults import PluginDefault, apply_plugin_defaults, read_plugin_defaults
from tiercel_schemas.model.project import Project
from tiercel_schemas.model.reading import read_flow
from tiercel_schemas.versions import KestraVersion


def namespace_defaults(project: Project, namespace: str) -> tuple[Mapping[str, Any], ...]:
    """The entries for a namespace as they are written: its own first, then those of each one above it."""
    return tuple(
        entry
        for name in _upwards(namespace)
        if (own := project.namespaces.get(name)) is not None
        for entry in own.plugin_defaults
    )


def with_namespace_defaults(flow: Flow, project: Project) -> Flow:
    """The flow with its namespace's defaults below its own; raises `FlowError` where that makes it invalid.

    A task's value comes first, then the flow's default, then that of the nearest namespace; `forced` ones go the other
    way round, as Kestra has it.
    """
    entries = namespace_defaults(project, flow.namespace)
    if not entries:
        return flow
    source = dict(flow.source)
    if flow.version is KestraVersion.V1_3:
        own = source.get("pluginDefaults")
        source["pluginDefaults"] = [*(own if isinstance(own, list) else ()), *entries]
    else:
        # 2.0 has no word for them in a flow; there the paid edition's policies do their work.
        source = apply_plugin_defaults(source, _entries(entries))
    return read_flow(source, flow.version)


def supplied_properties(project: Project) -> dict[str, dict[str, frozenset[str]]]:
    """The names of the properties that entries give a value, by namespace (only its own) and type or prefix."""
    supplied: dict[str, dict[str, frozenset[str]]] = {}
    for namespace, own in project.namespaces.items():
        for entry in _entries(own.plugin_defaults):
            by_type = supplied.setdefault(namespace, {})
            given = {name for name, value in entry.values.items() if value is not None}
            by_type[entry.type] = by_type.get(entry.type, frozenset()) | given
    return supplied


def _entries(written: tuple[Mapping[str, Any], ...]) -> tuple[PluginDefault, ...]:
    return read_plugin_defaults({"pluginDefaults": list(written)})


def _upwards(namespace: str) -> Iterator[str]:
    while namespace:
        yield namespace
        namespace = namespace.rpartition(".")[0]
