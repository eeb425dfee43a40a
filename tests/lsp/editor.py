"""A client as an editor would be: documents with versions, and waiting for what the server tells by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from lsprotocol import types
from pytest_lsp import LanguageClient

PATIENCE = 60.0


class Editor:
    def __init__(self, client: LanguageClient) -> None:
        self.client = client
        self.versions: dict[str, int] = {}

    def open(self, uri: str, text: str, language: str = "yaml") -> None:
        self.versions[uri] = 1
        item = types.TextDocumentItem(uri, language, 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def change(self, uri: str, *changes: types.TextDocumentContentChangeEvent) -> None:
        self.versions[uri] += 1
        document = types.VersionedTextDocumentIdentifier(self.versions[uri], uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, list(changes)))

    def replace(self, uri: str, text: str) -> None:
        self.change(uri, types.TextDocumentContentChangeWholeDocument(text))

    def edit(self, uri: str, line: int, start: int, end: int, text: str) -> None:
        where = types.Range(types.Position(line, start), types.Position(line, end))
        self.change(uri, types.TextDocumentContentChangePartial(where, text))

    def close(self, uri: str) -> None:
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))

    async def diagnostics(
        self, uri: str, wanted: Callable[[Sequence[types.Diagnostic]], bool] = lambda found: True
    ) -> Sequence[types.Diagnostic]:
        """The document's diagnostics as soon as they are as wanted."""
        await until(lambda: uri in self.client.diagnostics and wanted(self.client.diagnostics[uri]))
        return self.client.diagnostics[uri]

    async def codes(self, uri: str, *wanted: str) -> Sequence[types.Diagnostic]:
        """The diagnostics as soon as their codes are these."""
        try:
            return await self.diagnostics(uri, lambda found: sorted(str(each.code) for each in found) == sorted(wanted))
        except TimeoutError:
            raise AssertionError(f"wanted {sorted(wanted)}, have {self.client.diagnostics.get(uri)}") from None

    async def complete(self, uri: str, line: int, column: int) -> list[types.CompletionItem]:
        params = types.CompletionParams(types.TextDocumentIdentifier(uri), types.Position(line, column))
        found = await self.client.text_document_completion_async(params)
        return list(found.items) if isinstance(found, types.CompletionList) else list(found or [])

    async def hover(self, uri: str, line: int, column: int) -> str:
        params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(line, column))
        found = await self.client.text_document_hover_async(params)
        return found.contents.value if found is not None else ""

    async def command(self, name: str, *arguments: object) -> object:
        params = types.ExecuteCommandParams(name, list(arguments))
        return await self.client.workspace_execute_command_async(params)


def find(text: str, part: str, shift: int = 0) -> tuple[int, int]:
    """Line and column (in code points) of a part of a text."""
    offset = text.index(part) + shift
    before = text[:offset]
    return before.count("\n"), offset - (before.rfind("\n") + 1)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition; a TimeoutError when it never comes."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.01)
