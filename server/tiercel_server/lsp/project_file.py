"""Findings on `tiercel.yaml` itself."""

from __future__ import annotations

from tiercel_schemas.diagnostics import Diagnostic
from tiercel_server.features.project_file import rule_findings
from tiercel_server.lsp.rule_facts import rule_facts
from tiercel_server.workspace import DocumentSnapshot, parse_settings
from tiercel_server.workspace.session import path_of
from tiercel_server.workspace.settings import PROJECT_FILE


def project_file_findings(snapshot: DocumentSnapshot) -> list[Diagnostic]:
    """What is wrong with a project file; empty for any other document."""
    path = path_of(snapshot.name)
    if path is None or path.name != PROJECT_FILE:
        return []
    return [*parse_settings(snapshot.text.text, path).problems, *rule_findings(snapshot, rule_facts())]
