"""The server: its documents, its workers, and what it tells the client."""

from __future__ import annotations

import asyncio
import importlib
import logging
import pkgutil
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, BinaryIO, TypeVar, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcContentModified, JsonRpcException
from pygls.lsp.server import LanguageServer

from tiercel_schemas import __version__
from tiercel_schemas.versions import KestraVersion
from tiercel_server.lsp import handlers
from tiercel_server.lsp.around import Around
from tiercel_server.lsp.client import ClientAbilities
from tiercel_server.lsp.connection import Writer, receive
from tiercel_server.lsp.convert import Positions
from tiercel_server.lsp.diagnosing import Diagnosing
from tiercel_server.lsp.neighbours import Neighbours
from tiercel_server.lsp.plain import plain
from tiercel_server.lsp.protocol import TiercelProtocol
from tiercel_server.lsp.pulling import Pulling
from tiercel_server.lsp.rule_pages import RulePages
from tiercel_server.lsp.runs import Runs
from tiercel_server.lsp.unit_test_runs import TestRuns
from tiercel_server.workspace import DocumentSnapshot, Session, UnknownDocumentError
from tiercel_server.workspace.session import path_of

logger = logging.getLogger(__name__)
_Answer = TypeVar("_Answer")
_WORKERS = 4
_MOST_WAITING = 500
"""Requests that may wait for a worker."""


class TiercelServer(LanguageServer):
    """Tiercel for one client.

    Edits are taken on the loop, in their order. Questions are answered from a snapshot on a worker thread, findings
    looked for on a thread of their own; nothing on the loop takes long.
    """

    def __init__(self) -> None:
        super().__init__(
            "tiercel",
            __version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
            protocol_cls=TiercelProtocol,
            max_workers=_WORKERS,
        )
        self.session = Session()
        self.texts: dict[str, str] = {}
        self.abilities = ClientAbilities(types.ClientCapabilities())
        self.diagnosing = Diagnosing(self)
        self.pulling = Pulling(self)
        self.rule_pages = RulePages()
        self.runs = Runs(self)
        self.tests = TestRuns(self)
        self.neighbours = Neighbours(self)
        self.around = Around(self)
        self._waiting = 0
        self._queries = ThreadPoolExecutor(_WORKERS, thread_name_prefix="tiercel-query")
        for module in pkgutil.iter_modules(handlers.__path__):
            importlib.import_module(f"{handlers.__name__}.{module.name}").register(self)

    def serve(self, reading: BinaryIO, writing: BinaryIO) -> int:
        """Serve the client at the other end of two streams until it leaves; the code to exit with."""
        protocol = cast("TiercelProtocol", self.protocol)
        writer = Writer(writing)
        protocol.set_writer(writer)
        try:
            asyncio.run(receive(reading, protocol.handle_message, protocol.refuse_message, protocol.structure_message))
        except SystemExit as leaving:
            return leaving.code if isinstance(leaving.code, int) else 1
        except (BrokenPipeError, KeyboardInterrupt):
            return 1
        finally:
            self.shutdown()
            writer.close()
        return 0

    def begin(self, params: types.InitializeParams) -> None:
        """Take the client's folders, abilities and settings; all of them may be missing."""
        self.abilities = ClientAbilities(params.capabilities, plain(params.initialization_options))
        self.protocol.trace = params.trace or types.TraceValue.Off
        self.session = Session((), version_setting(params.initialization_options))
        self.set_folders([folder.uri for folder in params.workspace_folders or ()] or [params.root_uri or ""])

    def set_folders(self, uris: Iterable[str]) -> None:
        """Take the folders that are open in the client."""
        self.session.roots = tuple(path for uri in uris if uri and (path := path_of(uri)) is not None)

    def document(self, uri: str) -> DocumentSnapshot | None:
        """The newest snapshot of a document, None when it is not open."""
        try:
            return self.session.document(uri)
        except UnknownDocumentError:
            return None

    def positions(self, snapshot: DocumentSnapshot) -> Positions:
        """How the client counts in a document."""
        return Positions(snapshot.text, str(self.position_encoding))

    @property
    def position_encoding(self) -> str:
        """The encoding of positions agreed on with the client."""
        encoding = self.workspace.position_encoding
        return encoding.value if isinstance(encoding, types.PositionEncodingKind) else str(encoding or "utf-16")

    def on_document(
        self,
        method: str,
        answer: Callable[[DocumentSnapshot, Any], _Answer],
        options: Any = None,
        ready: Callable[[], Awaitable[None]] | None = None,
    ) -> Callable[[Any], Awaitable[_Answer | None]]:
        """Answer a request about a document with a function of its newest snapshot and the parameters, on a worker.

        `ready` is what the answer waits for first, so that no worker has to.

        A request that is cancelled while it waits is never begun; an answer about a text that has changed by then is
        refused (ContentModified).
        """

        async def handle(params: Any) -> _Answer | None:
            uri = params.text_document.uri
            snapshot = self.document(uri)
            if snapshot is None:
                return None
            if ready is not None:
                await ready()
            answered = await self.in_worker(answer, snapshot, params)
            newest = self.document(uri)
            if newest is not None and newest.version != snapshot.version:
                raise JsonRpcContentModified(f"The text changed while {method} was answered.")
            return answered

        # The page of features reads what is behind a handler.
        handle.answers_for = answer  # type: ignore[attr-defined]
        self.feature(method, options)(handle)
        return handle

    async def in_worker(self, work: Callable[..., _Answer], *arguments: Any) -> _Answer:
        """Do work that takes time on a worker thread; refused (ServerCancelled) when far too much is waiting."""
        if self._waiting >= _MOST_WAITING:
            raise JsonRpcException("The server is busy.", code=types.LSPErrorCodes.ServerCancelled)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._queries, work, *arguments)
        finally:
            self._waiting -= 1

    @property
    def waiting(self) -> int:
        """Requests that are being answered or wait for a worker."""
        return self._waiting

    def reload(self, settings: Any = None) -> None:
        """Read project files and the client's settings anew, and look at every open document again."""
        self.around.forget()
        version = version_setting(settings) if settings is not None else self.session.kestra_version
        for snapshot in self.session.reload_settings(version):
            self.diagnosing.schedule(snapshot.name, delay=0)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log an error; clients need no pop-up for it."""
        logger.error("%s: %s", getattr(source, "__name__", source), error)

    def shutdown(self) -> None:
        """End the server. Threads that still read or work are not waited for: the process is about to leave."""
        self.close()
        if self._stop_event is not None:
            self._stop_event.set()
        if self._thread_pool is not None:
            self._thread_pool.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """End runs and workers; the server is of no use afterwards."""
        self.runs.kill_all()
        self.tests.kill_all()
        self.rule_pages.close()
        self.diagnosing.close()
        self._queries.shutdown(wait=False, cancel_futures=True)


def version_setting(settings: Any) -> KestraVersion | None:
    """The Kestra version in a client's settings (`kestraVersion`, perhaps below `tiercel`), None where unset."""
    if isinstance(settings, dict):
        inner = settings.get("tiercel", settings)
        value = inner.get("kestraVersion") if isinstance(inner, dict) else None
        if value is not None and str(value) in {version.value for version in KestraVersion}:
            return KestraVersion(str(value))
    return None
