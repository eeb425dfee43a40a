"""The variables that an expression of a flow sees before any task has run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiercel_engine.expressions import Renderer
from tiercel_engine.inputs import InputError, resolve_inputs
from tiercel_engine.runtime.context import nested_labels
from tiercel_server.cli.evaluating.project import Lent, lent_by_environment, lent_by_project
from tiercel_server.cli.running.complaints import Refused
from tiercel_server.cli.running.flow_file import choose_flow, flow_of, read_flow_file
from tiercel_server.cli.running.given_inputs import input_complaints

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiercel_schemas.model import Flow
    from tiercel_schemas.versions import KestraVersion
    from tiercel_server.workspace.settings import ProjectSettings


def flow_context(
    path: str, given: Mapping[str, Any], settings: ProjectSettings, version: KestraVersion | None
) -> tuple[dict[str, Any], Renderer]:
    """`flow`, `vars`, `labels`, `namespace`, resolved `inputs` of a flow; a renderer with what its project lends.

    Raises `Refused`. FILE inputs stay the paths that were given.
    """
    file = read_flow_file(path, settings, version)
    flow = flow_of(file.name, choose_flow(file, None), file.snapshot.kestra_version)
    lent = lent_by_project(file.folder)
    return context_before(flow, given, lent=lent), Renderer(flow.version, lent.services)


def context_before(
    flow: Flow, given: Mapping[str, Any], labels: Mapping[str, str] | None = None, lent: Lent | None = None
) -> dict[str, Any]:
    """What expressions of a flow see before anything of it runs. Raises `Refused`; FILE inputs stay as given."""
    lent = lent or lent_by_environment()
    own = {label.key: label.value for label in flow.labels}
    context: dict[str, Any] = {
        "flow": {
            "id": flow.id,
            "namespace": flow.namespace,
            "revision": flow.revision or 1,
            "tenantId": "main",
        },
        "labels": nested_labels(tuple({**own, **(labels or {})}.items())),
    }
    if flow.variables:
        context["vars"] = dict(flow.variables)
    if variables := lent.variables(flow.namespace):
        context["namespace"] = variables
    try:
        resolved = resolve_inputs(
            flow.inputs,
            given,
            version=flow.version,
            rendering=Renderer(flow.version, lent.services),
            context=context,
            store_file=lambda _, value: str(value),
        )
    except InputError as error:
        lent.hide(error.secrets)
        shown = error.masked(lent.services.mask)
        raise Refused(f"The inputs of flow '{flow.id}' can't be used:", *input_complaints(shown)) from error
    lent.hide(resolved.secrets)
    if resolved.values:
        context["inputs"] = resolved.values
    return context
