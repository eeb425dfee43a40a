"""Compressed streams, and how much may come out of them."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO

from tiercel_engine.tasks.api import TaskFailure

BLOCK = 1 << 16
SMALLEST_BOUND = 1024**3
"""Bytes that may always be unpacked."""
WIDEST_RATIO = 200
"""How many times its size a file may unpack to, where that is more."""


class Bound:
    """Counts what is unpacked; raises `TaskFailure` past what a file of a size may unpack to."""

    def __init__(self, packed: int) -> None:
        self._left = max(SMALLEST_BOUND, packed * WIDEST_RATIO)
        self._most = self._left

    def take(self, size: int) -> None:
        """Count bytes."""
        self._left -= size
        if self._left < 0:
            raise TaskFailure(f"The file unpacks to more than {self._most} bytes, so it was left")

    def copy(self, source: IO[bytes], sink: IO[bytes]) -> int:
        """Copy a stream as far as the bound allows; its size."""
        size = 0
        while block := source.read(BLOCK):
            self.take(len(block))
            sink.write(block)
            size += len(block)
        return size


class _Deflated:
    """A zlib stream as a file."""

    def __init__(self, file: BinaryIO, mode: str) -> None:
        self._file = file
        self._packer = zlib.compressobj() if mode == "wb" else None
        self._unpacker = zlib.decompressobj()

    def write(self, data: bytes) -> int:
        assert self._packer is not None
        self._file.write(self._packer.compress(data))
        return len(data)

    def read(self, size: int) -> bytes:
        while not self._unpacker.eof:
            packed = self._unpacker.unconsumed_tail or self._file.read(BLOCK)
            if not packed:
                raise zlib.error("the stream is cut off")
            if unpacked := self._unpacker.decompress(packed, size):
                return unpacked
        return b""

    def close(self) -> None:
        if self._packer is not None:
            self._file.write(self._packer.flush())


def _xz(file: BinaryIO, mode: str) -> Any:
    return lzma.LZMAFile(file, mode, format=lzma.FORMAT_XZ if mode == "wb" else lzma.FORMAT_AUTO)


def _lzma(file: BinaryIO, mode: str) -> Any:
    return lzma.LZMAFile(file, mode, format=lzma.FORMAT_ALONE if mode == "wb" else lzma.FORMAT_AUTO)


_OPENERS: dict[str, Callable[[BinaryIO, str], Any]] = {
    "GZIP": lambda file, mode: gzip.GzipFile(fileobj=file, mode=mode),
    "BZIP2": lambda file, mode: bz2.BZ2File(file, mode),  # type: ignore[call-overload]  # noqa: PLW0108
    "XZ": _xz,
    "LZMA": _lzma,
    "DEFLATE": _Deflated,
}


@contextmanager
def compressed(file: Path, mode: str, name: str) -> Iterator[Any]:
    """A stream into (`wb`) or out of (`rb`) a file in a compression; raises `TaskFailure`."""
    opener = _OPENERS.get(name)
    if opener is None:
        raise TaskFailure(f"Compression {name} is not read or written on this machine; {', '.join(_OPENERS)} are")
    try:
        with file.open(mode) as raw:
            stream = opener(raw, mode)  # type: ignore[arg-type]
            try:
                yield stream
            finally:
                stream.close()
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise TaskFailure(f"The file is no {name} stream: {error}") from error
