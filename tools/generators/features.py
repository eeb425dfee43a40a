"""`docs/features.md`: which methods of the protocol the server answers, read off its registered handlers."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

PAGE = Path("docs/features.md")
OWNED: tuple[Path, ...] = ()

_HEAD = """\
# Methods of the protocol

Made from the handlers that the server registers (`python -m tools.generate features`); what each gives is told in
[language-server.md](language-server.md). Methods of LSP 3.18 that the client may send, but for those of notebooks.

"""
_AREAS = {
    "textDocument": "Documents",
    "workspace": "Workspace",
    "window": "Window",
    "": "Life of the connection",
}
_OF_DOCUMENTS = (
    "completionItem",
    "codeLens",
    "codeAction",
    "documentLink",
    "inlayHint",
    "callHierarchy",
    "typeHierarchy",
)


def generate(root: Path) -> Mapping[Path, bytes]:
    """The page."""
    from lsprotocol import types

    from tiercel_server.lsp.server import TiercelServer

    del root
    server = TiercelServer()
    try:
        manager = server.protocol.fm
        answered = {**manager.builtin_features, **manager.features}
        commands = dict(manager.commands)
    finally:
        server.close()
    methods = [
        method
        for method in types.METHOD_TO_TYPES
        if types.message_direction(method) != "serverToClient" and not method.startswith("notebookDocument")
    ]
    rows: dict[str, list[str]] = {area: [] for area in _AREAS}
    for method in sorted(methods, key=str.lower):
        handler = answered.get(method)
        known = handler is not None or method == types.CANCEL_REQUEST
        rows[_area(method)].append(f"| `{method}` | {'yes' if known else '–'} | {_purpose(handler)} |")
    text = _HEAD
    for area, title in _AREAS.items():
        text += "\n".join([f"## {title}\n", "| method | answered | what for |", "|---|---|---|", *rows[area], "\n"])
    text += "\n".join(["## Commands\n", "| command | arguments |", "|---|---|", *_commands(commands), ""])
    return {PAGE: text.encode()}


def _area(method: str) -> str:
    head = method.partition("/")[0]
    if head == "workspaceSymbol":
        return "workspace"
    if head in _OF_DOCUMENTS:
        return "textDocument"
    return head if head in _AREAS else ""


def _commands(commands: Mapping[str, Callable[..., Any]]) -> Iterator[str]:
    for name, handler in sorted(commands.items()):
        module = inspect.getmodule(inspect.unwrap(handler))
        register = getattr(module, "register", None)
        yield f"| `{name}` | {_line(inspect.getdoc(register))} |"


def _purpose(handler: Callable[..., Any] | None) -> str:
    """The first line of a handler's module, behind the name of its method."""
    if handler is None:
        return ""
    module = inspect.getmodule(getattr(handler, "answers_for", handler))
    document = inspect.getdoc(module) if module is not None and ".handlers." in module.__name__ else None
    return _line(re.sub(r"^`[^`]*`: ", "", document)) if document else "kept by pygls"


def _line(text: str | None) -> str:
    return (text or "").partition("\n")[0].replace("|", "\\|")
