"""A code action as plain data, and what is known where one is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tiercel_schemas.diagnostics import Diagnostic
from tiercel_schemas.source.spans import Span
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.features.surroundings import NOTHING_AROUND, Surroundings
from tiercel_server.workspace import DocumentSnapshot

QUICK_FIX = "quickfix"
EXTRACT = "refactor.extract"
INLINE = "refactor.inline"
REWRITE = "refactor.rewrite"
FIX_ALL = "source.fixAll.tiercel"


@dataclass(frozen=True, slots=True)
class Edit:
    """A stretch of the text (code points) and what takes its place."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to make beside the document."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """Edits of the document, none touching another, and files to make."""

    edits: tuple[Edit, ...]
    files: tuple[NewFile, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeAction:
    """One offer. `findings` are those that it mends; `command` is run by the client instead of a change."""

    title: str
    kind: str
    change: Callable[[], Change | None] = lambda: None
    findings: tuple[Diagnostic, ...] = ()
    preferred: bool = False
    command: tuple[str, tuple[object, ...]] | None = None


@dataclass(frozen=True, slots=True)
class KnownFix:
    """What mends a finding. `safe`: the flow then means what it meant."""

    finding: Diagnostic
    title: str
    edits: tuple[Edit, ...]
    safe: bool


@dataclass(frozen=True, slots=True)
class Silencer:
    """A comment that silences findings on a line (None: in the file); another code goes to the offset `end`."""

    line: int | None
    end: int


@dataclass(frozen=True, slots=True)
class ActionPlace:
    """Where actions are asked for. `span` is the selection, `findings` are those that it touches, `fixes` those of the
    whole document, `codes` those of rules. `can_create` tells whether the client makes files, `taken_names` are those
    of files beside the document."""

    snapshot: DocumentSnapshot
    span: Span
    findings: Sequence[Diagnostic] = ()
    fixes: Sequence[KnownFix] = ()
    silencers: Sequence[Silencer] = ()
    codes: frozenset[str] = frozenset()
    around: Surroundings = NOTHING_AROUND
    can_create: bool = True
    taken_names: frozenset[str] = field(default_factory=frozenset)

    @property
    def flow(self) -> FlowAnalysis | None:
        """The flow that is selected in."""
        return self.snapshot.flow_at(self.span.start)

    @property
    def text(self) -> str:
        """The whole text."""
        return self.snapshot.text.text


Provider = Callable[[ActionPlace], Iterator[CodeAction]]
_PROVIDERS: list[Provider] = []


def offers(provider: Provider) -> Provider:
    """Registers a function that offers code actions."""
    _PROVIDERS.append(provider)
    return provider


def providers() -> Sequence[Provider]:
    """All that is registered, in the order of their modules' names."""
    return sorted(_PROVIDERS, key=lambda provider: provider.__module__)


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text after edits that touch one another nowhere; of several at one place the first comes first."""
    ordered = sorted(enumerate(edits), key=lambda each: (each[1].span.start, each[1].span.end, each[0]))
    for _, edit in reversed(ordered):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text
