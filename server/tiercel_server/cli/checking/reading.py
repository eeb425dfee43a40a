"""Reading of files as text."""

from __future__ import annotations

import codecs
import re
import stat
from pathlib import Path

from tiercel_server.workspace.flow_detection import reads_like_flow

_MAYBE_FLOW = re.compile(r"^(?:['\"]?(?:id|namespace|tasks|triggers)['\"]?\s*:|\s*[\[{])", re.MULTILINE)
_OTHER_FLOWS = re.compile(r"\.(?:Subflow|ForEachItem|Flow)\b|\bsubflow\(")
LARGEST = 8 * 1024 * 1024
"""Files above so many bytes are no flows (Kestra itself refuses much smaller ones)."""


class UnreadableFileError(Exception):
    """A file that can't be read; the message says why and what to do.

    `seems_flow`: as far as it can be made out, a flow stands in it.
    """

    def __init__(self, message: str, *, seems_flow: bool = False) -> None:
        super().__init__(message)
        self.seems_flow = seems_flow


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        UnreadableFileError: if it can't be opened, is no regular file, is too large or is no text in UTF-8.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            # A pipe would be waited for without end.
            raise UnreadableFileError("this is not a regular file; `-` reads standard input")
        size = status.st_size
        if size > LARGEST:
            raise UnreadableFileError(f"the file is too large for a flow ({size // (1024 * 1024)} MiB)")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(f"the file can't be read: {error.strerror or error}") from None
    return decode(data)


def decode(data: bytes) -> str:
    """Bytes as text, without the byte order mark of UTF-8.

    Raises:
        UnreadableFileError: if they are not UTF-8.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableFileError(
            "the file is encoded as UTF-16: save it as UTF-8, Kestra reads nothing else",
            seems_flow=reads_like_flow(data.decode("utf-16", "replace").replace("\r\n", "\n")),
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = f"0x{data[error.start]:02x}"
        raise UnreadableFileError(
            f"the file is not UTF-8 (byte {byte} on line {line}): save it as UTF-8, as Kestra needs it",
            seems_flow=reads_like_flow(data.decode("latin-1")),
        ) from None


def may_hold_flow(text: str) -> bool:
    """Whether it is worth while to read a text as YAML: cheap, and true for every flow."""
    return _MAYBE_FLOW.search(text) is not None


def names_other_flows(text: str) -> bool:
    """Whether a text may call other flows, or wait for them: cheap, and true for each that does."""
    return _OTHER_FLOWS.search(text) is not None
