"""Fixes of findings: one, all of a code, and all that are certain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from tiercel_server.features.code_actions.model import (
    FIX_ALL,
    QUICK_FIX,
    ActionPlace,
    Change,
    CodeAction,
    Edit,
    KnownFix,
    offers,
)


@offers
def fixes(place: ActionPlace) -> Iterator[CodeAction]:
    """A fix for each finding of the selection, and what mends all of its code or all of the document."""
    here = [fix for fix in place.fixes if fix.finding in place.findings]
    for fix in here:
        yield CodeAction(fix.title, QUICK_FIX, partial(_together, [fix]), (fix.finding,), preferred=fix.safe)
        yield from _other_names(fix, place)
    for code in dict.fromkeys(fix.finding.code for fix in here):
        alike = [fix for fix in place.fixes if fix.finding.code == code]
        if len(alike) > 1:
            mended = tuple(fix.finding for fix in alike)
            yield CodeAction(f"Fix all {len(alike)} of `{code}`", QUICK_FIX, partial(_together, alike), mended)
    certain = [fix for fix in place.fixes if fix.safe]
    if certain:
        yield CodeAction("Fix all that is certain (Tiercel)", FIX_ALL, partial(_together, certain))


def _other_names(fix: KnownFix, place: ActionPlace) -> Iterator[CodeAction]:
    """The further guesses where several names are near."""
    guesses = fix.finding.data.get("suggestions") or ()
    if len(fix.edits) != 1 or not isinstance(guesses, list | tuple):
        return
    span = fix.edits[0].span
    written = {fix.edits[0].text, place.text[span.start : span.end]}
    for guess in guesses[:4]:
        if isinstance(guess, str) and guess not in written:
            change = Change((Edit(span, guess),))
            yield CodeAction(f"Write `{guess}`", QUICK_FIX, _always(change), (fix.finding,))


def _always(change: Change) -> Callable[[], Change | None]:
    return lambda: change


def _together(fixes: list[KnownFix]) -> Change:
    """As many of the fixes as touch one another nowhere."""
    taken: list[Edit] = []
    for fix in fixes:
        apart = all(
            one.span.end < two.span.start or two.span.end < one.span.start for one in fix.edits for two in taken
        )
        if apart:
            taken += fix.edits
    return Change(tuple(taken))
