"""What expressions of a trigger see before there is an execution, and how they are rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tiercel_engine.core.truth import is_true
from tiercel_engine.expressions import Renderer
from tiercel_engine.runtime.creation import flow_context
from tiercel_engine.runtime.request import Surroundings
from tiercel_engine.tasks.expression_services import LocalExpressionServices
from tiercel_engine.triggers.schedule.conditions import all_hold
from tiercel_schemas.model import Flow
from tiercel_schemas.model.trigger import Trigger
from tiercel_schemas.versions import KestraVersion


@dataclass(frozen=True, slots=True)
class Sight:
    """A flow's variables, and those of its namespace and of the server."""

    flow: Flow
    renderer: Renderer
    context: Mapping[str, Any]

    def render(self, template: str, trigger: Mapping[str, Any] | None = None) -> str:
        """The text of a template; raises `RenderError`."""
        return self.renderer.render(template, self.seen(trigger))

    def render_value(self, value: Any, trigger: Mapping[str, Any] | None = None) -> Any:
        """Plain data with every text in it rendered; raises `RenderError`."""
        return self.renderer.render_value(value, self.seen(trigger))

    def seen(self, trigger: Mapping[str, Any] | None) -> dict[str, Any]:
        """All variables, with those of the trigger."""
        return {**self.context, **({"trigger": trigger} if trigger is not None else {})}

    def admits(self, trigger: Trigger, variables: Mapping[str, Any]) -> bool:
        """Whether `when`, or the conditions of 1.3, hold; raises `RenderError` and `ValueError`."""
        if self.flow.version is KestraVersion.V2_0:
            return trigger.when is None or is_true(self.render(trigger.when, variables))
        conditions = [*(trigger.conditions or ()), *(trigger.properties.get("scheduleConditions") or ())]
        return all_hold(conditions, lambda template: self.render(template, variables))


def sight_of(flow: Flow, surroundings: Surroundings) -> Sight:
    """What triggers of a flow see."""
    services = LocalExpressionServices(surroundings.services, surroundings.knows_namespace)
    return Sight(flow, Renderer(flow.version, services), flow_context(flow, surroundings))
