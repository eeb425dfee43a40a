"""The standard streams of the process: one that is closed or full is told for what it is."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, TextIO, cast


class StreamError(Exception):
    """A standard stream can't be used; the message says which and why. No OSError, lest it be taken for a file's."""


class _Output(io.FileIO):
    """Standard output, whose failures bear its name; that a reader left stays a BrokenPipeError."""

    def write(self, data: Any, /) -> int | None:  # type: ignore[override]
        """Write what the system takes."""
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise StreamError(f"standard output can't be written: {error.strerror or error}") from None


class _ClosedInput(io.TextIOBase):
    """What stands for a standard input that is closed: whoever reads it is told."""

    def isatty(self) -> bool:
        """Nobody types there."""
        return False

    def read(self, _size: int | None = -1, /) -> NoReturn:
        """Nothing can be read."""
        raise StreamError("standard input is closed, so nothing can be read from it")

    readline = read

    @property
    def buffer(self) -> NoReturn:
        """Nothing can be read as bytes either."""
        self.read()


def settle_streams() -> None:
    """Make the standard streams safe to use; raises `StreamError` when standard output is closed.

    Text is written as UTF-8 whatever the locale: a pipe on Windows or a C locale would else fail on the first sign
    that it has no letter for.
    """
    closed = [stream is None for stream in (sys.stdin, sys.stdout, sys.stderr)]
    for number, is_closed in enumerate(closed):
        # A file opened later would else get the number of a standard stream, and be written to as one.
        if is_closed and not _is_open(number):
            os.open(os.devnull, os.O_RDWR)
    if closed[0]:
        sys.stdin = cast("TextIO", _ClosedInput())
    if closed[2]:
        sys.stderr = _nowhere()
    if closed[1]:
        sys.stdout = _nowhere()
        raise StreamError("standard output is closed, so nothing can be written to it")
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    _name_failures()


def flush_output() -> None:
    """Write out what is still held back; raises `StreamError` and BrokenPipeError."""
    sys.stdout.flush()


def give_up_output() -> None:
    """Let what can't be written go, so that the interpreter's own flush at the end has nothing to complain about."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def _name_failures() -> None:
    """Put `_Output` below standard output, where that is the file, pipe or device that the process was given."""
    buffer = getattr(sys.stdout, "buffer", None)
    raw = getattr(buffer, "raw", buffer)
    if not isinstance(raw, io.FileIO) or raw.isatty():
        return
    output = _Output(raw.fileno(), "w", closefd=False)
    # Python was asked not to buffer where there is nothing between the text and the file.
    is_buffered = raw is not buffer
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(output) if is_buffered else cast("BinaryIO", output),
        encoding="utf-8",
        errors="backslashreplace",
        write_through=not is_buffered,
    )
