"""What the subcommands of `tiercel files` have in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiercel_engine.storage import NamespaceFiles


@contextmanager
def files_at(workspace: Path | None) -> Iterator[NamespaceFiles]:
    """The namespace files of a workspace; what storage refuses becomes `Refused`."""
    from tiercel_engine.storage import StorageError
    from tiercel_server.cli.project_services import services_at
    from tiercel_server.cli.running.complaints import Refused

    try:
        yield services_at(workspace).services.files
    except StorageError as error:
        raise Refused(f"{error}.") from error
    except FileNotFoundError as error:
        raise Refused(str(error)) from error
    except OSError as error:
        raise Refused(f"{error.filename or 'The file'} can't be used: {error.strerror or error}.") from error
