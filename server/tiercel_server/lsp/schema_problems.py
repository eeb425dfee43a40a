"""Imported schemas that can't be used, told at their own files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer

CODE = "imported-schema"


class SchemaProblems:
    """Publishes what is wrong with imported schemas, once each time that it changes."""

    def __init__(self, server: TiercelServer) -> None:
        self._server = server
        self._told: Mapping[Path, str] = {}

    def publish(self, source: str) -> None:
        """Tell what is wrong now, and take away what no longer is."""
        problems = self._server.session.schema_problems
        for path in {*problems, *self._told} if problems != self._told else ():
            found = [_diagnostic(problems[path], source)] if path in problems else []
            self._server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(path.as_uri(), found))
        self._told = problems


def _diagnostic(problem: str, source: str) -> types.Diagnostic:
    start = types.Position(0, 0)
    severity = types.DiagnosticSeverity.Warning
    return types.Diagnostic(types.Range(start, start), problem, severity=severity, code=CODE, source=source)
