"""Rendering for an execution: on the spot, or on another thread where a template may wait for something."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import anyio.to_thread

from tiercel_engine.expressions import Renderer
from tiercel_engine.expressions.services import NotAllowed, SubflowCall
from tiercel_engine.storage import Reader
from tiercel_engine.tasks.expression_services import LocalExpressionServices
from tiercel_engine.tasks.services import LocalServices

_WAITS = re.compile(r"\b(http|subflow|read|secret|fileSize|isFileEmpty|fileExists)\s*\(")


class ExecutionServices(LocalExpressionServices):
    """The services of expressions, with the logs of one execution."""

    def __init__(
        self,
        services: LocalServices,
        knows_namespace: Callable[[str], bool],
        errors: Callable[[], list[Mapping[str, Any]]],
        reader: Reader | None = None,
    ) -> None:
        super().__init__(services, knows_namespace, reader)
        self._errors = errors

    def subflow(self, call: SubflowCall) -> Mapping[str, Any]:  # noqa: ARG002
        """Refused, as Kestra refuses it where inputs have been settled."""
        raise NotAllowed(
            "The 'subflow' function can only be used at flow-input render time (e.g. an input's 'values'); "
            "it is not supported inside task or trigger properties."
        )

    def error_logs(self) -> list[Mapping[str, Any]]:
        """The ERROR log entries of the execution so far."""
        return self._errors()


def may_wait(template: Any) -> bool:
    """Whether rendering may take longer than an event loop likes: requests and files."""
    if isinstance(template, str):
        return len(template) > 100_000 or _WAITS.search(template) is not None
    if isinstance(template, Mapping):
        return any(may_wait(item) for item in template.values())
    if isinstance(template, list | tuple):
        return any(may_wait(item) for item in template)
    return False


def render_deep(renderer: Renderer, value: Any, context: Mapping[str, Any]) -> Any:
    """Plain data whose texts keep the type of a single expression."""
    if isinstance(value, str):
        return renderer.render_typed(value, context)
    if isinstance(value, Mapping):
        return {str(key): render_deep(renderer, item, context) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [render_deep(renderer, item, context) for item in value]
    return value


@dataclass(frozen=True, slots=True)
class TaskRendering:
    """The renderings that a leaf task asks for."""

    renderer: Renderer
    context: Mapping[str, Any]

    async def render(self, template: str) -> str:
        """The text that a template renders to."""
        if may_wait(template):
            return await anyio.to_thread.run_sync(self.renderer.render, template, self.context)
        return self.renderer.render(template, self.context)

    async def render_typed(self, template: str) -> Any:
        """The value of a template that is a single expression, else its text."""
        if may_wait(template):
            return await anyio.to_thread.run_sync(self.renderer.render_typed, template, self.context)
        return self.renderer.render_typed(template, self.context)

    async def render_value(self, value: Any) -> Any:
        """Plain data with every text in it rendered to text."""
        if may_wait(value):
            return await anyio.to_thread.run_sync(self.renderer.render_value, value, self.context)
        return self.renderer.render_value(value, self.context)

    def extended(self, variables: Mapping[str, Any]) -> TaskRendering:
        """The same with more variables at the root."""
        return replace(self, context={**self.context, **variables})
