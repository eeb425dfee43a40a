"""Texts that a property takes although the catalog leaves it open, by the property's name."""

from __future__ import annotations

from collections.abc import Mapping

_HTTP = "io.kestra.plugin.core.http."
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE")
_CONTENTS = ("application/json", "application/x-www-form-urlencoded", "application/xml", "text/plain", "text/csv")
_CHARSETS = ("UTF-8", "UTF-16", "ISO-8859-1", "US-ASCII", "windows-1252")
_PULLING = ("IF_NOT_PRESENT", "ALWAYS", "NEVER")
_TEXTS: Mapping[str, tuple[str, ...]] = {
    "contentType": _CONTENTS,
    "charset": _CHARSETS,
    "encoding": _CHARSETS,
    "pullPolicy": _PULLING,
}


def known_texts(owner: str, name: str) -> tuple[str, ...]:
    """What a property of the type `owner` is usually given; none where nothing is known."""
    if name == "method" and owner.startswith(_HTTP):
        return _METHODS
    return _TEXTS.get(name, ())
