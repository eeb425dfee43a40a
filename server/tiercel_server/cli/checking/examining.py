"""Examining of texts in this process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tiercel_server.analysis.workspace_flows import WorkspaceFlows
from tiercel_server.cli.checking.sources import Checked, Source, Survey
from tiercel_server.cli.checking.watching import WatchedFlows
from tiercel_server.rules import diagnose
from tiercel_server.workspace.catalogs import Catalogs
from tiercel_server.workspace.flow_index import known_flow
from tiercel_server.workspace.snapshot import DocumentSnapshot


class Examiner:
    """Surveys and checks texts by their numbers; what was read for the survey is kept until the check."""

    def __init__(self, catalogs: Catalogs) -> None:
        self._catalogs = catalogs
        self._snapshots: dict[int, DocumentSnapshot] = {}

    def survey(self, sources: Mapping[int, Source]) -> Iterator[tuple[int, Survey]]:
        """What each text is."""
        for number, source in sources.items():
            snapshot = self.snapshot(number, source)
            if not snapshot.is_flow or source.around:
                del self._snapshots[number]
            known = (known_flow(flow) for flow in snapshot.flows)
            yield number, Survey(snapshot.is_flow, tuple(each for each in known if each is not None))

    def check(self, sources: Mapping[int, Source], flows: WorkspaceFlows) -> Iterator[tuple[int, Checked]]:
        """What is wrong in each text. Its tree is given up, so that a large workspace needs no room for all."""
        for number, source in sources.items():
            snapshot = self.snapshot(number, source)
            del self._snapshots[number]
            watched = WatchedFlows(flows)
            yield number, Checked(tuple(diagnose(snapshot, watched)), watched.asked)

    def snapshot(self, number: int, source: Source) -> DocumentSnapshot:
        """The text as the rules see it."""
        if number not in self._snapshots:
            self._snapshots[number] = DocumentSnapshot(
                source.name,
                source.text,
                settings=source.settings,
                kestra_version=source.kestra_version,
                catalog=self._catalogs.catalog_for(source.folder, source.version),
            )
        return self._snapshots[number]

    def replace(self, number: int, snapshot: DocumentSnapshot) -> None:
        """Put a changed text in the place of one that was read."""
        self._snapshots[number] = snapshot
