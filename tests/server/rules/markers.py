"""Flows with comments that claim every diagnostic.

A line such as `#      ^^^^ error: unknown-input "part of the message"` claims one finding on the line above it, at
the columns of the carets (of the first character where a finding spans lines). `# ~ error: code` claims one anywhere
on that line. Claims are cut out before the flow is read, so they may stand in block scalars too. A first line
`# kestra-version: 1.3` sets the version, `# profiles: practice` turns on groups, `# asked-for: unknown-plugin` a rule
that waits to be named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tiercel_schemas.versions import DEFAULT_VERSION, KestraVersion
from tiercel_server.rules import all_rules, diagnose
from tiercel_server.workspace import DocumentSnapshot, ProjectSettings

_CLAIM = re.compile(r'^(\s*#\s*)(\^+|~)\s+(error|warning|information|hint): ([a-z0-9-]+)(?: "(.*)")?\s*$')
_HEAD = re.compile(r"^# (kestra-version|profiles|asked-for): (.+)$")


@dataclass(frozen=True)
class Claim:
    line: int
    start: int | None
    width: int
    severity: str
    code: str
    message: str


def read_claims(text: str) -> tuple[str, list[Claim]]:
    kept: list[str] = []
    claims: list[Claim] = []
    for line in text.splitlines(keepends=True):
        match = _CLAIM.match(line.rstrip("\n"))
        if match is None:
            kept.append(line)
            continue
        lead, carets, severity, code, message = match.groups()
        start = None if carets == "~" else len(lead)
        claims.append(Claim(len(kept) - 1, start, len(carets), severity, code, message or ""))
    return "".join(kept), claims


def snapshot_of(path: Path, text: str) -> DocumentSnapshot:
    matches = (match for line in text.splitlines()[:3] if (match := _HEAD.match(line)))
    head: dict[str, str] = {match[1]: match[2] for match in matches}
    version = KestraVersion(head["kestra-version"]) if "kestra-version" in head else DEFAULT_VERSION
    profiles = frozenset(head.get("profiles", "").replace(",", " ").split())
    severities = {code: all_rules()[code].severity for code in head.get("asked-for", "").split()}
    settings = ProjectSettings(profiles=profiles, severities=severities)
    return DocumentSnapshot(path.name, text, kestra_version=version, settings=settings)


def differences(path: Path) -> list[str]:
    """What the file claims and is not found, and what is found and not claimed."""
    text, claims = read_claims(path.read_text(encoding="utf-8"))
    snapshot = snapshot_of(path, text)
    assert snapshot.flows, "no flow in the file"
    unmet = list(claims)
    unclaimed = []
    for finding in diagnose(snapshot):
        start = snapshot.text.position(finding.span.start)
        end = snapshot.text.position(finding.span.end)
        hit = next(
            (
                claim
                for claim in unmet
                if claim.line == start.line
                and claim.code == finding.code
                and claim.severity == finding.severity.label
                and claim.message in finding.message
                and (claim.start is None or claim.start == start.column)
                and (claim.start is None or end.line != start.line or claim.width == max(1, end.column - start.column))
            ),
            None,
        )
        if hit is not None:
            unmet.remove(hit)
        else:
            width = end.column - start.column if end.line == start.line else 0
            unclaimed.append(
                f"found {finding.severity.label}: {finding.code} {finding.message!r} on line {start.line + 1} of the "
                f"flow, column {start.column}, {width} wide: {snapshot.text.line_text(start.line)!r}"
            )
    return unclaimed + [f"not found: {claim}" for claim in unmet]
