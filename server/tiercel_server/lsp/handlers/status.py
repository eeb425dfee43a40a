"""The command `tiercel.status`: what a bug report about the server needs to tell."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from tiercel_schemas import __version__

if TYPE_CHECKING:
    from tiercel_server.lsp.protocol import TiercelProtocol
    from tiercel_server.lsp.server import TiercelServer

STATUS_COMMAND = "tiercel.status"


def register(server: TiercelServer) -> None:
    """No arguments. The answer: version, memory, documents, index, what waits, and timings by method."""

    @server.command(STATUS_COMMAND)
    async def status(*arguments: Any) -> dict[str, Any]:
        del arguments
        flows = await server.in_worker(server.neighbours.flows)
        return {
            "version": __version__,
            "python": platform.python_version(),
            "platform": sys.platform,
            "process": os.getpid(),
            "memory": {"bytes": _resident_bytes()},
            "documents": len(server.session.documents),
            "folders": [str(root) for root in server.session.roots],
            "index": {"flows": len(flows.flows)},
            "waiting": server.waiting,
            "methods": cast("TiercelProtocol", server.protocol).timings.report(),
        }


def _resident_bytes() -> int:
    """Memory in use now where the system tells it, else the most that was ever in use."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        pass
    try:
        import resource
    except ImportError:
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
