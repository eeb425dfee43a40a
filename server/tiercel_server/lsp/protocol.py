"""The connection: pygls' protocol with documents kept by our session, and answers to messages that can't be served."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator
from concurrent.futures import Future
from typing import Any

from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcMethodNotFound,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.json_rpc import JsonRPCNotification, JsonRPCRequestMessage
from pygls.protocol.language_server import lsp_method

from tiercel_server.lsp.timings import Timings

logger = logging.getLogger(__name__)
_BEFORE = frozenset({types.INITIALIZE, types.EXIT})


class TiercelProtocol(LanguageServerProtocol):
    """Hands document changes straight to the server's handlers, and measures what it answers.

    pygls would keep a second copy of every text, and cut its lines where the protocol knows none (U+2028, form feed).
    """

    timings: Timings
    _begun: dict[int | str, tuple[str, float]]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.timings = Timings()
        self._begun = {}

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A message as typed object; a request that can't be read is refused, and None given in its place."""
        method = data.get("method")
        asked = "id" in data and isinstance(method, str)
        try:
            if isinstance(method, str) and self._is_unknown(method):
                if asked:
                    self._refuse(data["id"], JsonRpcMethodNotFound.of(method))
                return None
            if isinstance(method, str):
                return self._typed(data, method)
            return super().structure_message(data)
        except JsonRpcException as error:
            if asked:
                self._refuse(data["id"], error)
            logger.warning("Refused an unreadable message for %r: %s", method, error)
            return None

    def _typed(self, data: dict[str, Any], method: str) -> Any:
        """A request or notification as typed object; pygls would log what a client got wrong as a fault of ours."""
        plain = JsonRPCRequestMessage if "id" in data else JsonRPCNotification
        try:
            return self._converter.structure(data, self.get_message_type(method) or plain)
        except Exception as error:
            raise JsonRpcInvalidParams(f"The parameters can't be read: {_cause(error)}") from error

    def handle_message(self, message: Any) -> None:
        """Serve a message, unless the client may not say it now."""
        method = getattr(message, "method", None)
        if isinstance(method, str) and method != types.EXIT:
            asked = getattr(message, "id", None)
            wrong = self._wrong_time(method)
            if wrong is not None:
                if asked is not None:
                    self._refuse(asked, wrong)
                return
            if asked is not None:
                self._begun[asked] = (method, time.perf_counter())
        super().handle_message(message)

    def refuse_message(self, code: int, reason: str) -> None:
        """Tell the client that a message could not even be read; nobody knows which one it was."""
        logger.warning("%s", reason)
        error = {"code": code, "message": reason}
        self._send_data({"jsonrpc": self.VERSION, "id": None, "error": error})

    def _is_unknown(self, method: str) -> bool:
        known = method in self.fm.features or method in self.fm.builtin_features
        return not known and method != types.CANCEL_REQUEST

    def _wrong_time(self, method: str) -> JsonRpcException | None:
        if self._shutdown:
            return JsonRpcInvalidRequest("The server was told to shut down.")
        if self._workspace is None and method not in _BEFORE:
            return JsonRpcServerNotInitialized("`initialize` comes first.")
        if self._workspace is not None and method == types.INITIALIZE:
            return JsonRpcInvalidRequest("The server is initialized already.")
        return None

    def _refuse(self, asked: int | str, error: JsonRpcException) -> None:
        # A reply to no particular result: the type of the request's result must not be kept for it.
        self._result_types.pop(asked, None)
        self._send_response(asked, error=error.to_response_error())

    def _send_handler_result(self, future: Future[Any], *, msg_id: int | str) -> None:
        method, begun = self._begun.pop(msg_id, ("", 0.0))
        failure = None if future.cancelled() else future.exception()
        if isinstance(failure, JsonRpcException):
            # What the client is meant to be told is no fault of the server.
            self._request_futures.pop(msg_id, None)
            self._refuse(msg_id, failure)
        else:
            super()._send_handler_result(future, msg_id=msg_id)
        if method:
            seconds = time.perf_counter() - begun
            self.timings.add(method, seconds, failed=failure is not None, cancelled=future.cancelled())
            self._trace(msg_id, method, seconds)

    def _trace(self, msg_id: int | str, method: str, seconds: float) -> None:
        """Tell a client that wants to know how long an answer took."""
        if self.trace == types.TraceValue.Off or self.trace is None:
            return
        verbose = f"request {msg_id}" if self.trace == types.TraceValue.Verbose else None
        params = types.LogTraceParams(message=f"{method}: {1000 * seconds:.1f} ms", verbose=verbose)
        self.notify(types.LOG_TRACE, params)

    def _handle_cancel_notification(self, msg_id: int | str) -> None:
        # Cancelling what has ended already is no fault of the client.
        if msg_id in self._request_futures:
            super()._handle_cancel_notification(msg_id)

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Generator[Any, Any, None]:
        """Hand on an opened document."""
        yield from self._to_handler(types.TEXT_DOCUMENT_DID_OPEN, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Generator[Any, Any, None]:
        """Hand on an edit."""
        yield from self._to_handler(types.TEXT_DOCUMENT_DID_CHANGE, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Generator[Any, Any, None]:
        """Hand on the end of a document."""
        yield from self._to_handler(types.TEXT_DOCUMENT_DID_CLOSE, params)

    def _to_handler(self, method: str, params: Any) -> Generator[Any, Any, None]:
        handler = self.fm.features.get(method)
        if handler is not None:
            yield handler, (params,), None


def _cause(error: BaseException) -> str:
    """What went wrong first, of what went wrong inside one another."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"
