"""Files of internal storage that commands name by URI, copied beside the commands."""

from __future__ import annotations

import shutil
from pathlib import Path

from tiercel_engine.storage.layout import path_of
from tiercel_engine.tasks.api import TaskContext
from tiercel_engine.tasks.working_files import local_file


def localized(context: TaskContext, directory: Path, uri: str) -> str:
    """The path of a copy of a stored file in the working directory; raises `TaskFailure` when there is no such file."""
    source = local_file(context, uri)
    target = directory / path_of(uri)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    return str(target)
