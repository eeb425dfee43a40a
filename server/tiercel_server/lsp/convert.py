"""To and from the protocol's types; the only place that knows how clients count columns."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from tiercel_schemas.diagnostics import Diagnostic
from tiercel_schemas.source.spans import Position, Span
from tiercel_schemas.source.text import SourceText
from tiercel_server.features.code_lens import CodeLens
from tiercel_server.features.completion import CompletionItem
from tiercel_server.features.folding import Fold
from tiercel_server.features.formatting import FormatEdit
from tiercel_server.features.symbols import DocumentSymbol

_ITEM_KINDS = {
    "property": types.CompletionItemKind.Property,
    "type": types.CompletionItemKind.Class,
    "value": types.CompletionItemKind.EnumMember,
    "reference": types.CompletionItemKind.Reference,
    "variable": types.CompletionItemKind.Variable,
    "function": types.CompletionItemKind.Function,
    "filter": types.CompletionItemKind.Method,
    "test": types.CompletionItemKind.Operator,
    "tag": types.CompletionItemKind.Keyword,
    "keyword": types.CompletionItemKind.Keyword,
}
_SYMBOL_KINDS = {
    "flow": types.SymbolKind.Module,
    "input": types.SymbolKind.Field,
    "variable": types.SymbolKind.Variable,
    "task": types.SymbolKind.Function,
    "flowable": types.SymbolKind.Namespace,
    "trigger": types.SymbolKind.Event,
    "output": types.SymbolKind.Property,
}


class Positions:
    """The client's positions in one text, in the encoding agreed on (`utf-16`, `utf-8` or `utf-32`)."""

    def __init__(self, text: SourceText, encoding: str) -> None:
        self._text = text
        self._encoding = encoding

    def offset(self, position: types.Position) -> int:
        """The offset of a position, clamped to the text."""
        place = Position(position.line, position.character)
        if self._encoding == types.PositionEncodingKind.Utf32:
            return self._text.offset(place)
        if self._encoding == types.PositionEncodingKind.Utf8:
            return self._offset_in_bytes(place)
        return self._text.offset_at_utf16(place)

    def position(self, offset: int) -> types.Position:
        """The position of an offset."""
        if self._encoding == types.PositionEncodingKind.Utf32:
            found = self._text.position(offset)
        elif self._encoding == types.PositionEncodingKind.Utf8:
            found = self._text.position(offset)
            start = self._text.line_starts[found.line]
            found = Position(found.line, len(self._text.text[start : start + found.column].encode("utf-8", "replace")))
        else:
            found = self._text.utf16_position(offset)
        return types.Position(found.line, found.column)

    def indentation(self, offset: int) -> str:
        """The blanks that an offset's line begins with."""
        line = self._text.line_text(self._text.line_at(offset))
        return line[: len(line) - len(line.lstrip(" "))]

    def span(self, range_: types.Range) -> Span:
        """The stretch of a range."""
        start = self.offset(range_.start)
        return Span(start, max(start, self.offset(range_.end)))

    def range(self, span: Span) -> types.Range:
        """The range of a stretch."""
        return types.Range(self.position(span.start), self.position(span.end))

    def _offset_in_bytes(self, place: Position) -> int:
        if place.line >= self._text.line_count:
            return len(self._text)
        start, end = self._text.line_span(max(place.line, 0))
        before = self._text.text[start:end].encode("utf-8", "replace")[: max(place.column, 0)]
        return start + len(before.decode("utf-8", "ignore"))


def diagnostic(
    found: Diagnostic, uri: str, positions: Positions, source: str, link: str | None = None
) -> types.Diagnostic:
    """A finding for the editor; `source` tells who found it, `link` leads to a page about its code."""
    tags = []
    if found.deprecated:
        tags.append(types.DiagnosticTag.Deprecated)
    if found.unnecessary:
        tags.append(types.DiagnosticTag.Unnecessary)
    related = [
        types.DiagnosticRelatedInformation(types.Location(uri, positions.range(each.span)), each.message)
        for each in found.related
    ]
    return types.Diagnostic(
        range=positions.range(found.span),
        message=found.message,
        severity=types.DiagnosticSeverity(int(found.severity)),
        code=found.code,
        code_description=types.CodeDescription(link) if link is not None else None,
        source=source,
        tags=tags or None,
        related_information=related or None,
        data=dict(found.data) or None,
    )


def completion_item(
    item: CompletionItem, index: int, uri: str, positions: Positions, *, snippets: bool
) -> types.CompletionItem:
    """An offer; those that come first keep their order by a sort text.

    Clients indent the lines of a snippet as the one it begins in; plain text is taken as it is.
    """
    use_snippet = item.snippet and snippets
    text = item.insert if use_snippet or not item.snippet else (item.plain or item.label)
    if not use_snippet and "\n" in text:
        text = text.replace("\n", "\n" + positions.indentation(item.span.start))
    note = item.note or None
    return types.CompletionItem(
        label=item.label,
        kind=_ITEM_KINDS[item.kind],
        detail=item.detail or None,
        label_details=types.CompletionItemLabelDetails(description=note) if note else None,
        sort_text=f"{index:05d}",
        filter_text=item.filter or None,
        text_edit=types.TextEdit(positions.range(item.span), text),
        insert_text_mode=_mode(text, snippet=use_snippet),
        insert_text_format=types.InsertTextFormat.Snippet if use_snippet else types.InsertTextFormat.PlainText,
        deprecated=True if item.deprecated else None,
        tags=[types.CompletionItemTag.Deprecated] if item.deprecated else None,
        commit_characters=["."] if item.kind == "variable" and item.insert == item.label else None,
        data={"uri": uri, "about": list(item.about)} if item.about else None,
    )


def _mode(text: str, *, snippet: bool) -> types.InsertTextMode | None:
    if "\n" not in text:
        return None
    return types.InsertTextMode.AdjustIndentation if snippet else types.InsertTextMode.AsIs


def flat_symbols(
    symbols: Sequence[DocumentSymbol], uri: str, positions: Positions, container: str | None = None
) -> list[types.SymbolInformation]:
    """The outline for an editor that knows no nesting."""
    found = []
    for each in symbols:
        place = types.Location(uri, positions.range(each.span))
        found.append(types.SymbolInformation(place, each.name, _SYMBOL_KINDS[each.kind], container_name=container))
        found += flat_symbols(each.children, uri, positions, each.name)
    return found


def document_symbols(symbols: Sequence[DocumentSymbol], positions: Positions) -> list[types.DocumentSymbol]:
    """The outline for the editor."""
    return [
        types.DocumentSymbol(
            name=symbol.name,
            detail=symbol.detail or None,
            kind=_SYMBOL_KINDS[symbol.kind],
            range=positions.range(symbol.span),
            selection_range=positions.range(symbol.name_span),
            children=document_symbols(symbol.children, positions),
        )
        for symbol in symbols
    ]


def code_lens(lens: CodeLens, positions: Positions) -> types.CodeLens:
    """A lens with its command."""
    command = types.Command(title=lens.title, command=lens.command, arguments=list(lens.arguments))
    return types.CodeLens(positions.range(lens.span), command=command)


def folding_range(fold: Fold) -> types.FoldingRange:
    """A fold of whole lines."""
    return types.FoldingRange(fold.start, fold.end, kind=types.FoldingRangeKind.Region)


def text_edits(edits: Sequence[FormatEdit], positions: Positions) -> list[types.TextEdit]:
    """Edits of a text."""
    return [types.TextEdit(positions.range(each.span), each.text) for each in edits]


def markdown(text: str, *, supported: bool) -> types.MarkupContent:
    """Documentation for a client that shows Markdown, or plain text for one that doesn't."""
    if supported:
        return types.MarkupContent(types.MarkupKind.Markdown, text)
    return types.MarkupContent(types.MarkupKind.PlainText, text.replace("**", "").replace("`", ""))
