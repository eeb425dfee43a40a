"""What the server answers, a file for each kind of thing; `all_routes(hub)` gathers them."""

from __future__ import annotations

from starlette.routing import BaseRoute

from tiercel_server.serving.hub import Hub


def all_routes(hub: Hub) -> list[BaseRoute]:
    """Every route, those with fixed names before those that take any."""
    from tiercel_server.serving.routes import (
        actions,
        creating,
        executions,
        files,
        flows,
        following,
        health,
        keys,
        logs,
        outputs,
        page,
        triggers,
        validating,
        webhooks,
    )

    modules = (
        *(health, page, webhooks, following, validating, outputs, logs),
        *(actions, executions, creating, flows, keys, files, triggers),
    )
    return [route for module in modules for route in module.routes(hub)]
