"""What the client can do."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from tiercel_server.lsp.plain import plain


class ClientAbilities:
    """The abilities that the server looks at; what a client does not tell it is taken not to have."""

    def __init__(self, capabilities: types.ClientCapabilities, options: Any = None) -> None:
        ours = plain(capabilities.experimental)
        ours = ours.get("tiercel") if isinstance(ours, dict) else None
        wishes = {**(ours if isinstance(ours, dict) else {}), **(options if isinstance(options, dict) else {})}
        self.asks_inputs = wishes.get("inputs") is True
        self.run_events = wishes.get("runEvents") is True
        window, workspace = capabilities.window, capabilities.workspace
        document = capabilities.text_document
        completion = document.completion if document is not None else None
        item = completion.completion_item if completion is not None else None
        symbols = document.document_symbol if document is not None else None
        self.nested_symbols = bool(symbols is not None and symbols.hierarchical_document_symbol_support)
        self.pulls = document is not None and document.diagnostic is not None
        self.progress = bool(window is not None and window.work_done_progress)
        self.snippets = bool(item is not None and item.snippet_support)
        self.markdown_in_completion = _has_markdown(item.documentation_format if item is not None else None)
        hover = document.hover if document is not None else None
        self.markdown_in_hover = _has_markdown(hover.content_format if hover is not None else None)
        lens = workspace.code_lens if workspace is not None else None
        self.lens_refresh = bool(lens is not None and lens.refresh_support)
        diagnostics = workspace.diagnostics if workspace is not None else None
        self.diagnostic_refresh = bool(diagnostics is not None and diagnostics.refresh_support)
        hints = workspace.inlay_hint if workspace is not None else None
        self.hint_refresh = bool(hints is not None and hints.refresh_support)
        watched = workspace.did_change_watched_files if workspace is not None else None
        self.watching = bool(watched is not None and watched.dynamic_registration)
        edit = workspace.workspace_edit if workspace is not None else None
        self.document_changes = bool(edit is not None and edit.document_changes)
        operations = edit.resource_operations if edit is not None else None
        self.creates_files = self.document_changes and types.ResourceOperationKind.Create in (operations or ())
        action = document.code_action if document is not None else None
        resolved = action.resolve_support if action is not None else None
        lazy = resolved is not None and "edit" in resolved.properties
        self.resolves_actions = bool(action is not None and action.data_support and lazy)
        shown = window.show_document if window is not None else None
        self.shows_documents = bool(shown is not None and shown.support)
        self.configuration = bool(workspace is not None and workspace.configuration)


def _has_markdown(formats: object) -> bool:
    return formats is None or (isinstance(formats, list | tuple) and types.MarkupKind.Markdown in formats)
