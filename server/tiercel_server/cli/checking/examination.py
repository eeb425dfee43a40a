"""The examination of many texts: what is remembered is taken from there, the rest is done here or by workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol

from tiercel_server.analysis.workspace_flows import NO_FLOWS, WorkspaceFlows
from tiercel_server.cli.checking.examining import Examiner
from tiercel_server.cli.checking.sources import Checked, Source, Survey

if TYPE_CHECKING:
    from tiercel_server.cli.checking.cache import Remembered
    from tiercel_server.cli.checking.memory import Memory

Progress = Callable[[str, int, int], None]
"""Told what is done (`read` or `checked`), how many of the files, and of how many."""

WORTH_A_PROCESS = 300_000
"""Characters of flows for each process. A process takes about as long to start as the check of 80,000, and with less
than this for each the gain would drown in what else a machine does."""


class _Hand(Protocol):
    """Whoever does the work: this process or several."""

    def survey(self, sources: Mapping[int, Source]) -> Iterator[tuple[int, Survey]]: ...

    def check(self, sources: Mapping[int, Source], flows: WorkspaceFlows) -> Iterator[tuple[int, Checked]]: ...


def silent(_what: str, _done: int, _total: int) -> None:
    """Progress that nobody looks at."""


class Examination:
    """Surveys and checks texts; `surveys` and, for those that hold a flow, `checked` are by the texts' numbers."""

    def __init__(self, sources: Mapping[int, Source], *, jobs: int | None, progress: Progress = silent) -> None:
        self.surveys: dict[int, Survey] = {}
        self.checked: dict[int, Checked] = {}
        self._sources = sources
        self._jobs = jobs
        self._progress = progress

    def examine(self, examiner: Examiner, memory: Memory | None, *, whole_tree: bool) -> None:
        """Do it all. `whole_tree`: flows may look one another up.

        Raises:
            WorkerFault: if a process of several failed.
        """
        remembered = self._remembered(memory)
        self.surveys.update({number: each.survey for number, each in remembered.items()})
        with ExitStack() as stack:
            unknown = {number: source for number, source in self._sources.items() if number not in remembered}
            hand = self._hand(unknown, examiner, stack)
            for number, survey in hand.survey(unknown):
                self.surveys[number] = survey
                self._progress("read", len(self.surveys), len(self._sources))
            flows = self._workspace() if whole_tree else NO_FLOWS
            holding = [number for number, each in self._sources.items() if self._holds(number) and not each.around]
            digest = memory.digest(flows) if memory is not None else ""
            for number in holding:
                known = remembered.get(number)
                if known is not None and known.checked is not None and known.holds_in(digest):
                    self.checked[number] = known.checked
            stale = {number: self._sources[number] for number in holding if number not in self.checked}
            if hand is examiner:
                hand = self._hand(stale, examiner, stack)
            for number, checked in hand.check(stale, flows):
                self.checked[number] = checked
                self._progress("checked", len(self.checked), len(holding))
        if memory is not None:
            for number in unknown.keys() | stale.keys():
                memory.keep(self._sources[number], self.surveys[number], self.checked.get(number), digest)
            memory.save()

    def _remembered(self, memory: Memory | None) -> dict[int, Remembered]:
        if memory is None:
            return {}
        found = ((number, memory.recall(source)) for number, source in self._sources.items())
        return {number: each for number, each in found if each is not None}

    def _holds(self, number: int) -> bool:
        return self.surveys[number].is_flow

    def _workspace(self) -> WorkspaceFlows:
        # What is checked comes last: of two flows with one name its own counts.
        order = sorted(filter(self._holds, self._sources), key=lambda number: not self._sources[number].around)
        known = (flow for number in order for flow in self.surveys[number].known)
        return WorkspaceFlows({(flow.namespace, flow.id): flow for flow in known})

    def _hand(self, sources: Mapping[int, Source], examiner: Examiner, stack: ExitStack) -> _Hand:
        if self._jobs == 1 or len(sources) < 2:
            return examiner
        if self._jobs is None and sum(len(each.text) for each in sources.values()) < 2 * WORTH_A_PROCESS:
            return examiner
        from tiercel_server.cli.checking.workers import Workers, worth_while

        count = worth_while(sources.values()) if self._jobs is None else min(self._jobs, len(sources))
        if count == 1:
            return examiner
        settings = list({id(each.settings): each.settings for each in self._sources.values()}.values())
        try:
            return stack.enter_context(Workers(count, settings))
        except OSError:
            return examiner  # where no process may be started, one has to do
