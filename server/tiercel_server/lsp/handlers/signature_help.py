"""`textDocument/signatureHelp`: the parameters of the call around the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.signature_help import signature_help
from tiercel_server.lsp import convert
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with one signature and the parameter that is being written."""

    def answer(snapshot: DocumentSnapshot, params: types.SignatureHelpParams) -> types.SignatureHelp | None:
        found = signature_help(snapshot, server.positions(snapshot).offset(params.position))
        if found is None:
            return None
        signature = types.SignatureInformation(
            label=found.label,
            documentation=convert.markdown(found.markdown, supported=server.abilities.markdown_in_hover),
            parameters=[types.ParameterInformation(each) for each in found.parameters],
        )
        return types.SignatureHelp([signature], active_signature=0, active_parameter=found.active)

    options = types.SignatureHelpOptions(trigger_characters=["(", ","])
    server.on_document(types.TEXT_DOCUMENT_SIGNATURE_HELP, answer, options)
