"""Whether Kestra would take the text of a flow: the same rules as `tiercel check`, those that refuse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tiercel_schemas.diagnostics import Severity
from tiercel_schemas.versions import KestraVersion
from tiercel_server.rules import diagnose
from tiercel_server.rules.acceptance import refusals
from tiercel_server.workspace.settings import ProjectSettings
from tiercel_server.workspace.snapshot import DocumentSnapshot


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with one flow: what refuses it, and what is only said."""

    refusals: tuple[str, ...]
    warnings: tuple[str, ...]
    infos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks texts as flows of a workspace."""

    settings: ProjectSettings
    version: KestraVersion

    def verdict(self, text: str) -> Verdict:
        """What is wrong with the text of one flow."""
        snapshot = DocumentSnapshot("flow.yaml", text, settings=self.settings, kestra_version=self.version)
        findings = diagnose(snapshot)
        refusing = refusals(findings)

        def said(finding: Any) -> str:
            place = snapshot.text.position(finding.span.start)
            return f"line {place.line + 1}: {finding.message} [{finding.code}]"

        rest = [finding for finding in findings if finding not in refusing]
        warnings = [each for each in rest if each.severity in {Severity.ERROR, Severity.WARNING}]
        infos = [each for each in rest if each not in warnings]
        told = [said(each) for each in refusing]
        if not snapshot.flows:
            told.append("this is no flow: a YAML map with id, namespace and tasks is wanted")
        return Verdict(tuple(told), tuple(map(said, warnings)), tuple(map(said, infos)))
