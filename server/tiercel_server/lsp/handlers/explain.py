"""The command `tiercel.explain`: show the page of a rule."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from tiercel_server.features.code_actions.kinds.c_suppress import EXPLAIN_COMMAND
from tiercel_server.rules.pages import rule_page
from tiercel_server.rules.registry import all_rules

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer

logger = logging.getLogger(__name__)


def register(server: TiercelServer) -> None:
    """Argument: a code. The answer is the page in Markdown; clients that can also show it."""

    @server.command(EXPLAIN_COMMAND)
    async def explain(*arguments: Any) -> str | None:
        code = arguments[0] if arguments else None
        rule = all_rules().get(code) if isinstance(code, str) else None
        if rule is None:
            return None
        link = await server.in_worker(server.rule_pages.link, rule.code)
        if server.abilities.shows_documents and link is not None:
            server.diagnosing.in_background(_show(server, link))
        else:
            params = types.ShowMessageParams(types.MessageType.Info, f"{rule.code}: {rule.summary} {rule.why}")
            server.window_show_message(params)
        return rule_page(rule)


async def _show(server: TiercelServer, link: str) -> None:
    try:
        await server.window_show_document_async(types.ShowDocumentParams(link, take_focus=True))
    except Exception as error:  # noqa: BLE001 - whatever the client answers, the server goes on
        logger.info("The client shows no document: %s", error)
