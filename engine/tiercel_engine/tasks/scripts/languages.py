"""The languages of script tasks: how each one's script file is named and run."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass

SHELL = ("/bin/sh", "-c")


@dataclass(frozen=True, slots=True)
class Language:
    """A language of `io.kestra.plugin.scripts`.

    `programs` are tried in turn to run a script file (with the arguments given); none for shells, whose script is
    the command text itself. `interpreter` runs the command text.
    """

    name: str
    ending: str = ""
    programs: tuple[tuple[str, ...], ...] = ()
    interpreter: tuple[str, ...] = SHELL

    def script_command(self, find_program: Callable[[str], str | None] = shutil.which) -> tuple[str, ...] | None:
        """The program and arguments that run a script file here; None when no program is installed."""
        for program in self.programs:
            if find_program(program[0]) is not None:
                return program
        if self.name == "python" and sys.executable:
            return (sys.executable,)
        return None


LANGUAGES: dict[str, Language] = {
    language.name: language
    for language in (
        Language("shell"),
        Language("powershell", interpreter=("pwsh", "-NoProfile", "-NonInteractive", "-Command")),
        Language("python", ".py", (("python",), ("python3",))),
        Language("node", ".js", (("node",),)),
        Language("r", ".r", (("Rscript",),)),
        Language("ruby", ".rb", (("ruby",),)),
        Language("julia", ".jl", (("julia",),)),
        Language("go", ".go", (("go", "run"),)),
        Language("deno", ".ts", (("deno", "run"),)),
        Language("bun", ".ts", (("bun", "run"),)),
        Language("perl", ".pl", (("perl",),)),
        Language("php", ".php", (("php",),)),
        Language("lua", ".lua", (("lua",),)),
    )
}
