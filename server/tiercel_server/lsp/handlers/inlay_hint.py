"""`textDocument/inlayHint`: schedules in words, types of inputs, defaults of calls, how the last run went."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.inlay_hints import HintSources, InlayHint, inlay_hints
from tiercel_server.lsp import convert
from tiercel_server.lsp.convert import Positions
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer

_KINDS = {"type": types.InlayHintKind.Type, "note": None}


def register(server: TiercelServer) -> None:
    """Answer with the hints of the range that is shown."""

    def answer(snapshot: DocumentSnapshot, params: types.InlayHintParams) -> list[types.InlayHint]:
        positions = server.positions(snapshot)
        index = server.neighbours.index_around(snapshot)
        sources = HintSources(index, datetime.now(UTC), server.runs.task_ends(snapshot.name))
        found = inlay_hints(snapshot, positions.span(params.range), sources)
        return [_hint(each, positions) for each in found]

    server.on_document(types.TEXT_DOCUMENT_INLAY_HINT, answer, types.InlayHintOptions(resolve_provider=False))


def _hint(found: InlayHint, positions: Positions) -> types.InlayHint:
    return types.InlayHint(
        position=positions.position(found.offset),
        label=found.text,
        kind=_KINDS[found.kind],
        tooltip=convert.markdown(found.tooltip, supported=True) if found.tooltip else None,
        padding_left=found.kind == "note",
    )
