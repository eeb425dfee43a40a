"""From tokens to a template; see the package for how to use it."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.expressions.expression_parser import REGION_STARTS, ExpressionParser
from tiercel_schemas.expressions.lexer import Lexer
from tiercel_schemas.expressions.problems import ExpressionProblem
from tiercel_schemas.expressions.tokens import TokenKind
from tiercel_schemas.source.spans import Span
from tiercel_schemas.versions import DEFAULT_VERSION, KestraVersion

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiercel_schemas.expressions.tokens import Token

MAX_TAG_DEPTH = 40
"""How deep tags may stand inside tags."""

_ENDS = {"if": "endif", "for": "endfor", "macro": "endmacro", "block": "endblock", "filter": "endfilter"}


def parse_template(text: str, version: KestraVersion = DEFAULT_VERSION) -> n.Template:
    """Reads a template. Never raises: what is wrong stands in `problems`, what could be read in `parts`."""
    if "{" not in text:
        span = Span(0, len(text))
        return n.Template(text=text, parts=(n.Text(span, text),) if text else ())
    tokens, problems = Lexer(text).run()
    parser = _TemplateParser(tokens, version)
    parts = parser.run()
    # A region that could not be cut into tokens has been reported once; what its parsing says is noise.
    reported = {parser.region_of(problem) for problem in problems}
    later = [problem for problem in parser.problems if parser.region_of(problem) not in reported]
    return n.Template(text=text, parts=parts, problems=(*problems, *later))


class _TemplateParser(ExpressionParser):
    """Tags and text around expressions."""

    def __init__(self, tokens: list[Token], version: KestraVersion) -> None:
        super().__init__(tokens, version)
        self._region_starts = [token.start for token in tokens if token.kind in REGION_STARTS]
        self._tag_depth = 0
        self._readers: dict[str, Callable[[Token], n.Part]] = {
            "if": self._if,
            "for": self._for,
            "set": self._set,
            "macro": self._macro,
            "block": self._block,
            "filter": self._filter,
        }

    def run(self) -> tuple[n.Part, ...]:
        """All parts up to the end of the text."""
        parts: list[n.Part] = []
        while not self.at(TokenKind.EOF):
            parts.extend(self._parts(frozenset()))
            if self.at(TokenKind.EXECUTE_START):
                parts.append(self._unknown_tag())
        return tuple(parts)

    def region_of(self, problem: ExpressionProblem) -> int:
        """The number of the `{{ }}` or `{% %}` that a problem stands in or behind."""
        return bisect_right(self._region_starts, problem.span.start)

    def _parts(self, ends: frozenset[str]) -> list[n.Part]:
        """Parts up to a tag of `ends`, to one that nothing here began, or to the end of the text."""
        parts: list[n.Part] = []
        while True:
            token = self.current
            match token.kind:
                case TokenKind.TEXT:
                    parts.append(n.Text(token.span, token.value))
                    self.advance()
                case TokenKind.RAW:
                    parts.append(n.Raw(token.span, token.value))
                    self.advance()
                case TokenKind.VERBATIM:
                    parts.append(n.Verbatim(token.span, token.value))
                    self.advance()
                case TokenKind.COMMENT:
                    parts.append(n.Comment(token.span))
                    self.advance()
                case TokenKind.PRINT_START:
                    parts.append(self._print())
                case TokenKind.EXECUTE_START:
                    name = self.peek()
                    if name.kind is TokenKind.NAME and name.value in ends:
                        return parts
                    tag = self._tag()
                    if tag is None:
                        return parts
                    parts.append(tag)
                case _:
                    return parts

    def _print(self) -> n.Print:
        start = self.advance()
        expression = self.parse_expression()
        end = self._close(TokenKind.PRINT_END)
        return n.Print(Span(start.start, end.end), expression, closed=end.closed)

    def _close(self, kind: TokenKind) -> Token:
        """Steps over the end of a region; what stands before it and doesn't belong is reported and left out."""
        if not self.at(kind):
            self.fail_expected(kind)
            while not self.at(kind, TokenKind.EOF):
                self.advance()
        if not self.current.closed:
            delimiter = "}}" if kind is TokenKind.PRINT_END else "%}"
            engine_message = f'Unexpected token of value "null" and type EOF, expected token of type {kind}'
            self.report(f"`{delimiter}` is missing", self.current.span, engine_message)
        return self.advance()

    def _tag(self) -> n.Part | None:
        """A whole tag with its body; None, without a step, at an end tag or for one too deep."""
        name = self.peek()
        if name.kind is not TokenKind.NAME:
            return self._unknown_tag()
        if name.value in ("else", "elseif", *_ENDS.values()):
            return None if self._tag_depth else self._unknown_tag()
        if self._tag_depth >= MAX_TAG_DEPTH:
            return self._unknown_tag("Tags are nested too deeply here", "Too deeply nested")
        read = self._readers.get(name.value)
        if read is None:
            return self._unknown_tag()
        start = self.advance()
        self.advance()
        self._tag_depth += 1
        try:
            return read(start)
        finally:
            self._tag_depth -= 1

    def _unknown_tag(self, message: str = "", engine_message: str = "") -> n.UnknownTag:
        start = self.advance()
        token = self.current
        if token.kind is TokenKind.NAME:
            name, name_span = token.value, token.span
            self.advance()
            is_end = name in ("else", "elseif") or name in _ENDS.values()
            words = f"`{name}` stands here without its beginning" if is_end else f"There is no tag `{name}`"
            self.report(message or words, name_span, engine_message or f'Unexpected tag name "{name}"')
        else:
            name, name_span = "", Span(start.end, start.end)
            self.report("The name of a tag is missing here", name_span, "A block must start with a tag name.")
        self.quiet()
        end = self._close(TokenKind.EXECUTE_END)
        return n.UnknownTag(Span(start.start, end.end), name, name_span)

    def _body(self, tag: str, *more: str) -> tuple[n.Part, ...]:
        return tuple(self._parts(frozenset((_ENDS[tag], *more))))

    def _end(self, tag: str, start: Token, name: str = "") -> int:
        """Steps over the end tag and returns where it ends; reports one that lacks."""
        if self.at(TokenKind.EXECUTE_START) and self.peek().value == _ENDS[tag]:
            self.advance()
            self.advance()
            if name and self.at(TokenKind.NAME) and self.current.value == name:
                self.advance()
            return self._close(TokenKind.EXECUTE_END).end
        end = self.current.start
        message = f"This `{tag}` is never closed: `{{% {_ENDS[tag]} %}}` is missing"
        if self.at(TokenKind.EXECUTE_START):
            engine_message = f'Unexpected tag name "{self.peek().value}"'
        elif tag == "block":
            engine_message = "endblock tag should be present with block tag starting line number "
        else:
            engine_message = f'Unexpected end of template. Pebble was looking for the "{_ENDS[tag]}" tag'
        self.speak()
        self.report(message, start.span, engine_message)
        return end

    def _if(self, start: Token) -> n.If:
        branches: list[n.IfBranch] = []
        branch_start = start
        otherwise: tuple[n.Part, ...] | None = None
        while True:
            condition = self.parse_expression()
            self._close(TokenKind.EXECUTE_END)
            body = self._body("if", "else", "elseif")
            branches.append(n.IfBranch(Span(branch_start.start, self.current.start), condition, body))
            if not (self.at(TokenKind.EXECUTE_START) and self.peek().value == "elseif"):
                break
            branch_start = self.advance()
            self.advance()
        if self.at(TokenKind.EXECUTE_START) and self.peek().value == "else":
            otherwise = self._else("if")
        end = self._end("if", start)
        return n.If(Span(start.start, end), tuple(branches), otherwise)

    def _else(self, tag: str) -> tuple[n.Part, ...]:
        self.advance()
        self.advance()
        self._close(TokenKind.EXECUTE_END)
        return self._body(tag)

    def _for(self, start: Token) -> n.For:
        name, name_span = self.parse_new_name()
        if self.at(TokenKind.NAME) and self.current.value == "in":
            self.advance()
        else:
            self.fail_expected(TokenKind.NAME, "in")
        iterable = self.parse_expression()
        self._close(TokenKind.EXECUTE_END)
        body = self._body("for", "else")
        otherwise: tuple[n.Part, ...] | None = None
        if self.at(TokenKind.EXECUTE_START) and self.peek().value == "else":
            otherwise = self._else("for")
        end = self._end("for", start)
        return n.For(Span(start.start, end), name, name_span, iterable, body, otherwise)

    def _set(self, start: Token) -> n.Set:
        name, name_span = self.parse_new_name()
        self.expect_punctuation("=")
        value = self.parse_expression()
        end = self._close(TokenKind.EXECUTE_END)
        return n.Set(Span(start.start, end.end), name, name_span, value)

    def _macro(self, start: Token) -> n.Macro:
        name, name_span = self.parse_name()
        parameters = self.parse_macro_parameters()
        self._close(TokenKind.EXECUTE_END)
        body = self._body("macro")
        end = self._end("macro", start)
        return n.Macro(Span(start.start, end), name, name_span, parameters, body)

    def _block(self, start: Token) -> n.Block:
        if self.at(TokenKind.STRING):
            token = self.advance()
            name, name_span = token.value, token.span
        else:
            name, name_span = self.parse_name()
        self._close(TokenKind.EXECUTE_END)
        body = self._body("block")
        end = self._end("block", start, name)
        return n.Block(Span(start.start, end), name, name_span, body)

    def _filter(self, start: Token) -> n.FilterBlock:
        filters = self.parse_filters(n.FilterInput(Span(self.current.start, self.current.start)))
        self._close(TokenKind.EXECUTE_END)
        body = self._body("filter")
        end = self._end("filter", start)
        return n.FilterBlock(Span(start.start, end), filters, body)
