"""What a task type needs beyond Tiercel's own dependencies: libraries of an optional extra, and programs."""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Needs:
    """Importable `modules`, which `pip install PACKAGE` brings, and `programs` on the PATH.

    `package` is written as pip takes it, as `tiercel[serdes]`.
    """

    package: str = ""
    modules: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()

    def missing(self) -> str | None:
        """What is not there and how to get it, in half a sentence; None when all is there."""
        modules = [name for name in self.modules if not _is_installed(name)]
        if modules:
            what = "library" if len(modules) == 1 else "libraries"
            return f"it needs the {what} {' and '.join(modules)}: pip install '{self.package}'"
        programs = [name for name in self.programs if shutil.which(name) is None]
        if programs:
            return f"it needs the program {' and '.join(programs)}, which is not on the PATH"
        return None


NOTHING = Needs()


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ModuleNotFoundError, ValueError):
        return False
