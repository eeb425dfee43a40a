"""`execution.Count` and `execution.Resume` of 1.3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tiercel_engine.store.purge import FlowCount
from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.core.history import OpenHistory, in_thread, purge_of, selection
from tiercel_engine.tasks.properties import as_text, items, mapping, required_text


@task_type("io.kestra.plugin.core.execution.Count")
class Count:
    """Counts executions of flows, and keeps the flows for which an expression on `count` is true."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `results` (namespace, flowId, count) and `total`; raises `TaskFailure`."""
        expression = as_text(context.properties.get("expression") or "")
        kept = [
            each
            for each in await self._counts(context)
            if await context.extended({"count": each.count}).render(expression) == "true"
        ]
        results = [{"namespace": each.namespace, "flowId": each.flow_id, "count": each.count} for each in kept]
        return TaskResult({"results": results, "total": sum(each.count for each in kept)})

    async def _counts(self, context: TaskContext) -> list[FlowCount]:
        purge, chosen = purge_of(context), await selection(context)
        flows = [each for each in await items(context, "flows") or [] if isinstance(each, Mapping)]
        if flows:
            asked = [(as_text(flow.get("namespace")), as_text(flow.get("flowId"))) for flow in flows]
            wanted = [replace(chosen, namespace=namespace, flow_id=flow_id) for namespace, flow_id in asked]
            counted = await in_thread(lambda: [sum(one.count for one in purge.counts(each)) for each in wanted])
            return [FlowCount(*names, count) for names, count in zip(asked, counted, strict=True)]
        namespaces = [as_text(name) for name in await items(context, "namespaces") or []]
        found = await in_thread(lambda: purge.counts(chosen))
        return [
            each
            for each in found
            if not namespaces or any(f"{each.namespace}.".startswith(f"{name}.") for name in namespaces)
        ]


@task_type("io.kestra.plugin.core.execution.Resume")
class Resume:
    """Lets a paused execution of this workspace go on."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs; raises `TaskFailure` when the execution is not paused, or no process runs it."""
        from tiercel_engine.runtime import requests

        execution_id = await required_text(context, "executionId")
        wish = requests.Resume(await mapping(context, "inputs"))

        def ask() -> None:
            with OpenHistory(context) as history:
                requests.ask(history, execution_id, wish)

        try:
            await in_thread(ask)
        except (LookupError, TimeoutError, requests.RequestRefusedError) as error:
            raise TaskFailure(f"Cannot resume: {error}") from error
        return TaskResult()
