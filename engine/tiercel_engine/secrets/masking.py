"""Keeping secrets out of what anyone sees: texts and plain data with every known secret struck out."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "******"
SHORTEST_MASKED = 3


class Masker:
    """Knows the secrets that a run has read, in the spellings in which they may show up.

    Very short secrets are not struck out: that would hide every text that holds them by chance. Safe to use
    from several threads.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._spellings: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._lock = threading.Lock()
        self.add(*secrets)

    def add(self, *secrets: str) -> None:
        """Strike these out from now on."""
        with self._lock:
            before = len(self._spellings)
            for secret in secrets:
                self._spellings.update(_spellings(secret))
            if len(self._spellings) != before:
                longest_first = sorted(self._spellings, key=len, reverse=True)
                self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def text(self, text: str) -> str:
        """The text without secrets."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)

    def data(self, value: Any) -> Any:
        """Plain data without secrets in its texts, keys included."""
        if self._pattern is None:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.data(key): self.data(inner) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.data(inner) for inner in value]
        return value


def _spellings(secret: str) -> Iterable[str]:
    candidates = [secret, *(line.strip() for line in secret.splitlines() if "\n" in secret)]
    for text in candidates:
        if len(text) < SHORTEST_MASKED:
            continue
        encoded = base64.b64encode(text.encode())
        yield from (text, quote(text, safe=""), quote(text), quote_plus(text))
        yield from (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])
        if len(text) > SHORTEST_MASKED:
            yield encoded.decode()
            yield encoded.decode().rstrip("=")
            yield base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
