"""Reading of files as text."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

_MAYBE_FLOW = re.compile(r"^(?:['\"]?(?:id|namespace|tasks|triggers)['\"]?\s*:|\s*[\[{])", re.MULTILINE)
LARGEST = 8 * 1024 * 1024
"""Files above so many bytes are no flows (Kestra itself refuses much smaller ones)."""


class UnreadableFileError(Exception):
    """A file that can't be read; the message says why and what to do."""


def read_text(path: Path) -> str:
    """The text of a file: UTF-8, or what its byte order mark says.

    Raises:
        UnreadableFileError: if it can't be opened, is too large or is no text.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise UnreadableFileError(f"the file is too large for a flow ({size // (1024 * 1024)} MiB)")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(f"the file can't be read: {error.strerror or error}") from None
    return decode(data)


def decode(data: bytes) -> str:
    """Bytes as text, a byte order mark honoured.

    Raises:
        UnreadableFileError: if they are no text.
    """
    encoding = "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = f"0x{data[error.start]:02x}"
        raise UnreadableFileError(
            f"the file is not UTF-8 (byte {byte} on line {line}): save it as UTF-8, as Kestra needs it"
        ) from None


def may_hold_flow(text: str) -> bool:
    """Whether it is worth while to read a text as YAML: cheap, and true for every flow."""
    return _MAYBE_FLOW.search(text) is not None
