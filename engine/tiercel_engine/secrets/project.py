"""The secrets of a project: by namespace, looked up along its dots, asked for once."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from tiercel_engine.secrets.sources import SecretSource


class ProjectSecrets:
    """First the sources above all namespaces, then those of the namespace and of each one above it, then the rest.

    Answers are kept for the life of the object, in memory only; each question is put to a source once, also from
    several threads. Safe to use from several threads.
    """

    def __init__(
        self,
        first: Sequence[SecretSource] = (),
        by_namespace: Mapping[str, Sequence[SecretSource]] | None = None,
        last: Sequence[SecretSource] = (),
    ) -> None:
        self._first = tuple(first)
        self._by_namespace = {name: tuple(sources) for name, sources in (by_namespace or {}).items()}
        self._last = tuple(last)
        self._answers: dict[tuple[int, str], str | None] = {}
        self._locks: dict[tuple[int, str], threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, name: str, namespace: str = "") -> str | None:
        """The secret, None when no source has it; raises `SecretBackendError` where one can't be asked."""
        for source in self._sources(namespace):
            found = self._asked(source, name)
            if found is not None:
                return found
        return None

    def _sources(self, namespace: str) -> Sequence[SecretSource]:
        sources = list(self._first)
        while namespace:
            sources += self._by_namespace.get(namespace, ())
            namespace = namespace.rpartition(".")[0]
        return [*sources, *self._last]

    def _asked(self, source: SecretSource, name: str) -> str | None:
        question = (id(source), name.upper())
        with self._guard:
            lock = self._locks.setdefault(question, threading.Lock())
        with lock:
            if question not in self._answers:
                self._answers[question] = source.get(name)
            return self._answers[question]
