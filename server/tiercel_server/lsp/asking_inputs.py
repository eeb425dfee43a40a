"""Asking the client's user for a flow's inputs, with a request of our own (`docs/protocol.md`)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tiercel_server.analysis import FlowAnalysis
from tiercel_server.features.input_form import input_form
from tiercel_server.lsp.plain import plain

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer

logger = logging.getLogger(__name__)
INPUTS_REQUEST = "tiercel/inputs"


async def asked_inputs(
    server: TiercelServer, uri: str, flow: FlowAnalysis, known: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """The inputs that the user gives, None when they think better of it; `known` where there is nothing to ask or
    nobody who asks. `known` are values to begin with."""
    form = input_form(flow)
    if not form["properties"] or not server.abilities.asks_inputs:
        return known
    symbol = flow.outline.id
    params = {"uri": uri, "flowId": symbol.value if symbol is not None else None, "schema": form, "values": dict(known)}
    try:
        answer = plain(await server.protocol.send_request_async(INPUTS_REQUEST, params))
    except Exception as error:  # noqa: BLE001 - whatever the client answers, the run can go on without
        logger.info("The client asks for no inputs: %s", error)
        return known
    inputs = answer.get("inputs") if isinstance(answer, Mapping) else None
    return inputs if isinstance(inputs, Mapping) else None
