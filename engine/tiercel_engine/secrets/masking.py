"""Keeping secrets out of what anyone sees: texts and plain data with every known secret struck out."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from typing import Any

from tiercel_engine.secrets.spellings import spellings

MASK = "******"


class Masker:
    """Knows the secrets that a run has read, in the spellings in which they may show up.

    Very short secrets are not struck out: that would hide every text that holds them by chance. Safe to use
    from several threads.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: set[str] = set()
        self._spellings: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._lock = threading.Lock()
        self.add(*secrets)

    def add(self, *secrets: str) -> None:
        """Strike these out from now on."""
        with self._lock:
            new = set(secrets) - self._known
            if not new:
                return
            self._known |= new
            before = len(self._spellings)
            for secret in new:
                self._spellings.update(spellings(secret))
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
