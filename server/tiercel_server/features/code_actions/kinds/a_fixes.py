"""Fixes of findings: one, all of a code, and all that are certain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from tiercel_schemas.diagnostics import Diagnostic
from tiercel_server.features.code_actions.model import (
    FIX_ALL,
    QUICK_FIX,
    ActionPlace,
    Change,
    CodeAction,
    Edit,
    offers,
)
from tiercel_server.rules.fixes import Fix, fix_of

_Fixed = tuple[Diagnostic, Fix]


@offers
def fixes(place: ActionPlace) -> Iterator[CodeAction]:
    """A fix for each finding of the selection, and what mends all of its code or all of the document."""
    text = place.snapshot.text
    fixable = [(each, fix) for each in place.all_findings if (fix := fix_of(each, text)) is not None]
    here = [(each, fix) for each, fix in fixable if each in place.findings]
    for finding, fix in here:
        yield CodeAction(fix.title, QUICK_FIX, partial(_together, [(finding, fix)]), (finding,), preferred=fix.safe)
        yield from _other_names(finding, fix, place)
    for code in dict.fromkeys(finding.code for finding, _ in here):
        alike = [(finding, fix) for finding, fix in fixable if finding.code == code]
        if len(alike) > 1:
            mended = tuple(finding for finding, _ in alike)
            yield CodeAction(f"Fix all {len(alike)} of `{code}`", QUICK_FIX, partial(_together, alike), mended)
    certain = [(finding, fix) for finding, fix in fixable if fix.safe]
    if certain:
        yield CodeAction("Fix all that is certain (Tiercel)", FIX_ALL, partial(_together, certain))


def _other_names(finding: Diagnostic, fix: Fix, place: ActionPlace) -> Iterator[CodeAction]:
    """The further guesses where several names are near."""
    guesses = finding.data.get("suggestions") or ()
    if len(fix.edits) != 1 or not isinstance(guesses, list | tuple):
        return
    span = fix.edits[0].span
    written = {fix.edits[0].text, place.text[span.start : span.end]}
    for guess in guesses[:4]:
        if isinstance(guess, str) and guess not in written:
            change = Change((Edit(span, guess),))
            yield CodeAction(f"Write `{guess}`", QUICK_FIX, _always(change), (finding,))


def _always(change: Change) -> Callable[[], Change | None]:
    return lambda: change


def _together(fixed: list[_Fixed]) -> Change:
    """As many of the fixes as touch one another nowhere."""
    taken: list[Edit] = []
    for _, fix in fixed:
        edits = [Edit(each.span, each.text) for each in fix.edits]
        apart = all(one.span.end < two.span.start or two.span.end < one.span.start for one in edits for two in taken)
        if apart:
            taken += edits
    return Change(tuple(taken))
