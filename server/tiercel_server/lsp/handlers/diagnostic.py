"""`textDocument/diagnostic`: the findings of a document, for clients that ask rather than wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer

OPTIONS = types.DiagnosticOptions(
    identifier="tiercel", inter_file_dependencies=True, workspace_diagnostics=True, work_done_progress=False
)


def register(server: TiercelServer) -> None:
    """Answer with all findings, or that they are those of an earlier answer."""

    @server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, OPTIONS)
    async def diagnostic(params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        report = await server.pulling.document(params.text_document.uri, params.previous_result_id)
        if isinstance(report, types.UnchangedDocumentDiagnosticReport):
            return types.RelatedUnchangedDocumentDiagnosticReport(result_id=report.result_id)
        return types.RelatedFullDocumentDiagnosticReport(items=report.items, result_id=report.result_id)
