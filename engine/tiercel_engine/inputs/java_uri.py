"""What Java's `URI` says of a text that is none."""

from __future__ import annotations

import re

_SPLIT = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):)?"
    r"(?P<authority>//[^/?#]*)?(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?P<fragment>#.*)?",
    re.DOTALL,
)
_UNRESERVED = "A-Za-z0-9_\\-!.~'()*"
_PATH = re.compile(rf"(?:[{_UNRESERVED}:@&=+$,;/]|%[0-9A-Fa-f]{{2}}|[^\x00-\x7f\s\x80-\x9f])*")
_AUTHORITY = re.compile(rf"(?:[{_UNRESERVED}:@&=+$,;\[\]]|%[0-9A-Fa-f]{{2}}|[^\x00-\x7f\s\x80-\x9f])*")
_REST = re.compile(rf"(?:[{_UNRESERVED}:@&=+$,;/?\[\]]|%[0-9A-Fa-f]{{2}}|[^\x00-\x7f\s\x80-\x9f])*")


def illegal_part(text: str) -> str | None:
    """The complaint about the first illegal character, None where the text is a URI reference."""
    match = _SPLIT.fullmatch(text)
    if match is None:
        return f"Illegal character in path at index 0: {text}"
    opaque = match["scheme"] is not None and match["authority"] is None and not match["path"].startswith("/")
    if opaque and not match["path"]:
        return f"Expected scheme-specific part at index {match.end('scheme') + 1}: {text}"
    parts = (
        ("authority", "authority", _AUTHORITY, 2),
        ("path", "opaque part" if opaque else "path", _REST if opaque else _PATH, 0),
        ("query", "query", _REST, 1),
        ("fragment", "fragment", _REST, 1),
    )
    for group, name, legal, skipped in parts:
        if match[group] is None:
            continue
        start = match.start(group) + skipped
        legal_end = legal.match(text, start, match.end(group))
        end = legal_end.end() if legal_end else start
        if end < match.end(group):
            what = "Malformed escape pair" if text[end] == "%" else f"Illegal character in {name}"
            return f"{what} at index {end}: {text}"
    return None
