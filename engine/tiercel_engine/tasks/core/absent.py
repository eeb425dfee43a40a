"""Core task types that nothing runs on a laptop, each with the reason that a run gives before it starts."""

from __future__ import annotations

ABSENT: dict[str, str] = {
    "io.kestra.plugin.core.flow.Template": (
        "which includes a template kept on a Kestra server; Kestra itself has dropped templates: use a Subflow"
    ),
    "io.kestra.plugin.core.trigger.Toggle": (
        "which switches a trigger of a Kestra server on or off; here a trigger's `disabled` does that"
    ),
    "io.kestra.core.tasks.scripts.Bash": (
        "which Kestra has dropped: use io.kestra.plugin.scripts.shell.Commands in its place"
    ),
    "io.kestra.core.tasks.scripts.Node": (
        "which Kestra has dropped: use io.kestra.plugin.scripts.node.Commands in its place"
    ),
    "io.kestra.core.tasks.scripts.Python": (
        "which Kestra has dropped: use io.kestra.plugin.scripts.python.Commands in its place"
    ),
}

_JVM = "whose script runs inside of a Kestra server's Java machine, which is not here"
ABSENT |= {
    f"io.kestra.plugin.scripts.{language}.{name}": _JVM
    for language in ("groovy", "jython", "nashorn")
    for name in ("Eval", "FileTransform")
}


def why_absent(name: str) -> str | None:
    """The end of a sentence about a task of that type, None for types that are not in the list."""
    return ABSENT.get(name)
