"""What earlier checks found out, by all that it hangs on."""

from __future__ import annotations

from pathlib import Path

from tiercel_server.analysis.workspace_flows import WorkspaceFlows
from tiercel_server.cli.checking.cache import CheckCache, Remembered, cache_root
from tiercel_server.cli.checking.fingerprints import SourceDigests, build_digest, flows_digest
from tiercel_server.cli.checking.sources import Checked, Source, Survey
from tiercel_server.rules.engine import FAULT_CODE


class Memory:
    """The caches of all workspaces that texts belong to."""

    def __init__(self) -> None:
        self._build = build_digest()
        self._digests = SourceDigests()
        self._roots: dict[Path, Path | None] = {}
        self._caches: dict[Path, CheckCache] = {}

    def recall(self, source: Source) -> Remembered | None:
        """What is known of a text."""
        cache = self._cache_of(source)
        return cache.find(self._digests.of(source)) if cache is not None else None

    def keep(self, source: Source, survey: Survey, checked: Checked | None, flows: str) -> None:
        """Keep what was found out about a text; `checked` is None where it holds no flow."""
        cache = self._cache_of(source)
        failed = checked is not None and any(each.code == FAULT_CODE for each in checked.findings)
        if cache is not None and not failed:
            cache.keep(self._digests.of(source), Remembered(survey, checked, flows))

    def save(self) -> None:
        """Write what is new."""
        for cache in self._caches.values():
            cache.save()

    @staticmethod
    def digest(flows: WorkspaceFlows) -> str:
        """What findings that look at other flows hang on."""
        return flows_digest(flows)

    def _cache_of(self, source: Source) -> CheckCache | None:
        folder = source.folder
        if folder not in self._roots:
            self._roots[folder] = cache_root(folder)
        root = self._roots[folder]
        if root is None:
            return None
        if root not in self._caches:
            self._caches[root] = CheckCache(root, self._build)
        return self._caches[root]
