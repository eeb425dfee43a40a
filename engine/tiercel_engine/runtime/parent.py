"""The program that started this one for itself, an editor's language server say, and its end."""

from __future__ import annotations

import os
import sys

import anyio

PARENT_VARIABLE = "TIERCEL_PARENT_PID"
"""The environment variable that names the process without which a run is of no use to anyone."""
_PERIOD = 0.5


async def parent_gone() -> None:
    """Return once the process that `TIERCEL_PARENT_PID` names has ended; never when it names none."""
    named = os.environ.get(PARENT_VARIABLE, "")
    if not named.isdecimal() or int(named) <= 0:
        await anyio.sleep_forever()
    parent = int(named)
    # A killed parent may stay visible as a zombie, but then it is nobody's parent any more. A run within a script
    # inherits the variable from a run further out, of which it is no child.
    is_direct = os.name == "posix" and os.getppid() == parent
    while os.getppid() == parent if is_direct else _is_alive(parent):  # noqa: ASYNC110 - no event tells of it
        await anyio.sleep(_PERIOD)


if sys.platform == "win32":

    def _is_alive(pid: int) -> bool:
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.OpenProcess.restype = ctypes.c_void_p
        handle = kernel.OpenProcess(_SYNCHRONIZE, 0, pid)
        if not handle:
            return False
        try:
            return bool(kernel.WaitForSingleObject(ctypes.c_void_p(handle), 0) == _WAIT_TIMEOUT)
        finally:
            kernel.CloseHandle(ctypes.c_void_p(handle))

    _SYNCHRONIZE = 0x00100000
    _WAIT_TIMEOUT = 0x102

else:

    def _is_alive(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except PermissionError:
            return True
        except OSError:
            return False
        return True
