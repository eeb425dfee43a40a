"""What would mend a finding: edits of the text, and whether they are certain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tiercel_schemas.diagnostics import Diagnostic
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.text import SourceText

_RENAMES_KEY = frozenset({"unknown-property", "literal-unknown-property", "deprecated-property"})
_RENAMES_TYPE = frozenset({"renamed-type"})
_RENAMES_VALUE = frozenset({"invalid-enum", "literal-invalid-enum"})
_INPUT_TYPES = frozenset({"BOOLEAN", "ENUM"})


@dataclass(frozen=True, slots=True)
class FixEdit:
    """A stretch of the text and what takes its place."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that mend a finding. `safe`: the flow then means what it meant; else a person should look."""

    title: str
    edits: tuple[FixEdit, ...]
    safe: bool


def fix_of(finding: Diagnostic, text: SourceText) -> Fix | None:
    """The fix of a finding; None where there is none."""
    stated = finding.data.get("fix")
    if stated is not None:
        edits = tuple(FixEdit(Span(each["start"], each["end"]), each["text"]) for each in stated["edits"])
        return Fix(stated["title"], edits, stated["safe"])
    return _rename(finding, text)


def _rename(finding: Diagnostic, text: SourceText) -> Fix | None:
    """The fixes of the schema's findings: another name for a property, a type or a value."""
    certain = finding.data.get("replacement")
    guesses = finding.data.get("suggestions") or ()
    new = certain or next(iter(guesses), None)
    if not isinstance(new, str):
        return None
    named = None if finding.code in _RENAMES_VALUE else finding.data.get("property") or finding.data.get("type")
    written = str(named or text.slice(finding.span).strip("'\""))
    at = text.slice(finding.span).find(written)
    if at < 0:
        return None
    span = Span(finding.span.start + at, finding.span.start + at + len(written))
    is_safe = certain is not None and (
        finding.code in _RENAMES_KEY | _RENAMES_TYPE | _RENAMES_VALUE
        or (finding.code == "unknown-type" and (written in _INPUT_TYPES or finding.data.get("renamed") is True))
    )
    return Fix(f"Write `{new}`", (FixEdit(span, new),), is_safe)


def apply_fixes(text: str, fixes: Iterable[Fix]) -> tuple[str, int]:
    """The text with as many of the fixes as don't touch one another, and how many these are."""
    taken: list[FixEdit] = []
    count = 0
    for fix in fixes:
        if all(_apart(edit, other) for edit in fix.edits for other in taken):
            taken.extend(fix.edits)
            count += 1
    for edit in sorted(taken, key=lambda each: each.span.start, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text, count


def _apart(one: FixEdit, other: FixEdit) -> bool:
    return one.span.end < other.span.start or other.span.end < one.span.start
