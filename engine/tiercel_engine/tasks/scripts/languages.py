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
    the command text itself. `interpreter` runs the command text. `image` is what a container has where a task
    names none.
    """

    name: str
    image: str
    ending: str = ""
    programs: tuple[tuple[str, ...], ...] = ()
    interpreter: tuple[str, ...] = SHELL
    quiet_option: str | None = None
    """What keeps the program from telling about itself, where the language's tasks have the property `quiet`."""

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
        Language("shell", "ubuntu"),
        Language(
            "powershell",
            "ghcr.io/kestra-io/powershell:latest",
            interpreter=("pwsh", "-NoProfile", "-NonInteractive", "-Command"),
        ),
        Language("python", "python:3.13-slim", ".py", (("python",), ("python3",))),
        Language("node", "node", ".js", (("node",),)),
        Language("r", "r-base", ".r", (("Rscript",),)),
        Language("ruby", "ruby", ".rb", (("ruby",),)),
        Language("julia", "julia", ".jl", (("julia",),)),
        Language("go", "golang", ".go", (("go", "run"),)),
        Language("deno", "denoland/deno", ".ts", (("deno", "run"),)),
        Language("bun", "oven/bun", ".ts", (("bun", "run"),)),
        Language("perl", "perl", ".pl", (("perl",),)),
        Language("php", "php", ".php", (("php",),)),
        Language("lua", "nickblah/lua", ".lua", (("lua",),)),
        Language("groovy", "groovy", ".groovy", (("groovy",),)),
        Language("dotnet", "mcr.microsoft.com/dotnet/sdk:10.0", ".cs", (("dotnet", "run"),)),
        Language("jbang", "jbangdev/jbang-action", ".java", (("jbang",),), quiet_option="--quiet"),
    )
}
