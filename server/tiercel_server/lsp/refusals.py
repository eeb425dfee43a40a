"""Requests that can't be answered, told to the author in plain words."""

from __future__ import annotations

from lsprotocol import types
from pygls.exceptions import JsonRpcException


def refused(message: str) -> JsonRpcException:
    """An error whose message the editor shows."""
    return JsonRpcException(message, int(types.LSPErrorCodes.RequestFailed))
