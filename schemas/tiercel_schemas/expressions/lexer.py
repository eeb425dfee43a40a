"""From text to tokens, tolerant of half-typed text.

As long as the text is right the reading is exactly Kestra's. From the first mistake on (where Kestra would
have stopped) the lexer looks for the likely end of what was begun and goes on there.
"""

from __future__ import annotations

import re

from tiercel_schemas.expressions.problems import ExpressionProblem
from tiercel_schemas.expressions.tokens import EXPRESSION_TOKEN, Token, TokenKind
from tiercel_schemas.source.spans import Span

_DELIMITER = re.compile(r"\{\{|\{%|\{#")
# Kestra takes these blocks out before its template engine sees the text; `.` ends at a line break, as Java's does.
RAW_BLOCK = re.compile(r"\{%-*\s*raw\s*-*%\}([^\n\r\u0085\u2028\u2029]*?)\{%-*\s*endraw\s*-*%\}")
"""A block that is taken out before the template is read; its content is group 1."""
_VERBATIM_START = re.compile(r"\s*verbatim\s*(-)?%\}")
_VERBATIM_END = re.compile(r"\{%(-)?\s*endverbatim\s*(-)?%\}")
_COMMENT_END = re.compile(r"(-)?#\}")
_LEADING_TRIM = re.compile(r"-(?=\s)")
_SPACE = re.compile(r"\s+")
_CLOSERS = {
    TokenKind.PRINT_START: (re.compile(r"\s*(-)?\}\}"), "}}", TokenKind.PRINT_END),
    TokenKind.EXECUTE_START: (re.compile(r"\s*(-)?%\}"), "%}", TokenKind.EXECUTE_END),
}
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_CHUNK = re.compile(r"[^#\"\\]*(?:(?:\\.|#(?!\{))[^#\"\\]*)*", re.DOTALL)
_OPEN_STRING_STOP = re.compile(r"\}\}|%\}|\n")
_BRACES = re.compile(r"\}+")
_INTERPOLATION = "#{"
_MAX_INTERPOLATION_DEPTH = 20


class _Unreadable(Exception):  # noqa: N818 - leaves a region, never the lexer
    """The region can't be read as Kestra reads it."""


class Lexer:
    """Reads one text; `tokens` and `problems` hold the outcome."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[Token] = []
        self._problems: list[ExpressionProblem] = []
        self._recovering = False
        self._brackets: list[str] = []
        self._interpolation_depth = 0

    def run(self) -> tuple[list[Token], list[ExpressionProblem]]:
        """All tokens, an EOF token last, and the mistakes."""
        text, position, trim_next = self._text, 0, False
        raws = {match.start(): match for match in RAW_BLOCK.finditer(text)} if "endraw" in text else {}
        while position < len(text):
            match = _DELIMITER.search(text, position)
            start = match.start() if match else len(text)
            self._text_token(position, start, text[start + 2 : start + 4] if match else "")
            if match is None:
                break
            trim_next = False
            if start in raws:
                raw = raws[start]
                self._tokens.append(Token(TokenKind.RAW, raw[1], start, raw.end()))
                position = raw.end()
                continue
            position, trim_next = self._region(match[0], start)
            if trim_next:
                space = _SPACE.match(text, position)
                position = space.end() if space else position
        self._tokens.append(Token(TokenKind.EOF, "", len(text), len(text)))
        return self._tokens, self._problems

    def _text_token(self, start: int, end: int, following: str) -> None:
        value = self._text[start:end]
        if len(following) == 2 and following[0] == "-" and following[1].isspace():
            value = value.rstrip()
        if value:
            self._tokens.append(Token(TokenKind.TEXT, value, start, end))

    def _region(self, opener: str, start: int) -> tuple[int, bool]:
        """Reads `{{…}}`, `{%…%}` or `{#…#}`; returns where it ends and whether what follows is trimmed."""
        if opener == "{#":
            return self._comment(start)
        if opener == "{{":
            return self._code(TokenKind.PRINT_START, start)
        after_trim = _LEADING_TRIM.match(self._text, start + 2)
        verbatim = _VERBATIM_START.match(self._text, after_trim.end() if after_trim else start + 2)
        if verbatim:
            return self._verbatim(start, verbatim)
        return self._code(TokenKind.EXECUTE_START, start)

    def _comment(self, start: int) -> tuple[int, bool]:
        match = _COMMENT_END.search(self._text, start + 2)
        if match is None:
            self._problem("This comment is never closed: `#}` is missing", start, start + 2, "Unclosed comment.")
            self._tokens.append(Token(TokenKind.COMMENT, "", start, len(self._text), closed=False))
            return len(self._text), False
        self._tokens.append(Token(TokenKind.COMMENT, "", start, match.end()))
        return match.end(), match[1] is not None

    def _verbatim(self, start: int, opening: re.Match[str]) -> tuple[int, bool]:
        closing = _VERBATIM_END.search(self._text, opening.end())
        if closing is None:
            message = "This `verbatim` is never closed: `{% endverbatim %}` is missing"
            self._problem(message, start, opening.end(), "Unclosed verbatim tag.")
            value = self._text[opening.end() :]
            self._tokens.append(Token(TokenKind.VERBATIM, value, start, len(self._text), closed=False))
            return len(self._text), False
        value = self._text[opening.end() : closing.start()]
        value = value.lstrip() if opening[1] else value
        value = value.rstrip() if closing[1] else value
        self._tokens.append(Token(TokenKind.VERBATIM, value, start, closing.end()))
        return closing.end(), closing[2] is not None

    def _code(self, kind: TokenKind, start: int) -> tuple[int, bool]:
        trim = _LEADING_TRIM.match(self._text, start + 2)
        body = trim.end() if trim else start + 2
        mark = len(self._tokens)
        self._tokens.append(Token(kind, self._text[start : start + 2], start, start + 2))
        self._brackets = []
        if not self._recovering:
            try:
                return self._strict_code(kind, body)
            except _Unreadable:
                self._recovering = True
                del self._tokens[mark + 1 :]
                self._brackets = []
                self._interpolation_depth = 0
        return self._recovered_code(kind, body)

    def _strict_code(self, kind: TokenKind, position: int) -> tuple[int, bool]:
        text, closer = self._text, _CLOSERS[kind]
        while True:
            if not self._brackets:
                match = closer[0].match(text, position)
                if match:
                    end = match.end()
                    self._tokens.append(Token(closer[2], closer[1], end - 2, end))
                    return end, match[1] is not None
            space = _SPACE.match(text, position)
            position = space.end() if space else position
            if position >= len(text):
                if self._brackets or space:
                    self._unclosed(position, closer[1], after_space=space is not None)
                raise _Unreadable
            position = self._strict_token(position)

    def _strict_token(self, position: int) -> int:
        match = EXPRESSION_TOKEN.match(self._text, position)
        if match is None:
            self._unexpected_character(position)
            raise _Unreadable
        group = match.lastgroup
        if group == "quote":
            return self._interpolated(position)
        if group == "punctuation":
            character = match[0]
            if character in _PAIRS:
                self._brackets.append(character)
            elif character in ")]}":
                self._close_bracket(character, position)
        self._append(match)
        return match.end()

    def _close_bracket(self, character: str, position: int) -> None:
        if not self._brackets:
            message = f"There is no opening bracket for this `{character}`"
            if character == "}" and "}}" not in self._text[position:]:
                message = "`}}` is missing: this is a single `}`"
            self._problem(message, position, position + 1, f'Unexpected "{character}"')
            raise _Unreadable
        expected = _PAIRS[self._brackets.pop()]
        if expected != character:
            message = f"`{expected}` is missing before this `{character}`"
            self._problem(message, position, position + 1, f'Unclosed "{expected}"')
            raise _Unreadable

    def _unclosed(self, position: int, closer: str, *, after_space: bool) -> None:
        """The text ends in the middle: Kestra stumbles over its end when a space stands before."""
        expected = _PAIRS[self._brackets[-1]] if self._brackets else closer
        engine_message = "Unexpected character [\0]" if after_space else f'Unclosed "{self._brackets[-1]}"'
        self._problem(f"`{expected}` is missing", position, position, engine_message)

    def _unexpected_character(self, position: int) -> None:
        character = self._text[position]
        if character in "'\"":
            message = "This text is never closed: the end quote is missing"
        else:
            message = f"`{character}` means nothing in an expression"
        self._problem(message, position, position + 1, f"Unexpected character [{character}]")

    def _append(self, match: re.Match[str]) -> None:
        kind, value = TokenKind[match.lastgroup.upper()] if match.lastgroup else TokenKind.NAME, match[0]
        if kind is TokenKind.STRING:
            value = _unquoted(value[1:-1], value[0])
        elif kind is TokenKind.LONG:
            value = value[:-1]
        self._tokens.append(Token(kind, value, match.start(), match.end()))

    def _interpolated(self, position: int) -> int:
        """Reads `"a #{b} c"` from its quote on. Its pieces stand between QUOTE_START and QUOTE_END."""
        text = self._text
        position += 1
        outer, self._brackets = self._brackets, []
        self._tokens.append(Token(TokenKind.QUOTE_START, '"', position - 1, position))
        while True:
            chunk = _CHUNK.match(text, position)
            if chunk and chunk.end() > position:
                value = _unquoted(chunk[0], '"')
                self._tokens.append(Token(TokenKind.STRING_PIECE, value, position, chunk.end()))
                position = chunk.end()
            if text.startswith('"', position):
                self._brackets = outer
                self._tokens.append(Token(TokenKind.QUOTE_END, '"', position, position + 1))
                return position + 1
            if not text.startswith(_INTERPOLATION, position):
                self._problem("This text is never closed: the end quote is missing", position, position, 'Unclosed """')
                raise _Unreadable
            self._tokens.append(Token(TokenKind.INTERPOLATION_START, _INTERPOLATION, position, position + 2))
            self._interpolation_depth += 1
            if self._interpolation_depth > _MAX_INTERPOLATION_DEPTH:
                self._problem("Texts are nested too deeply here", position, position + 2, "Too deeply nested")
                raise _Unreadable
            position = self._interpolated_expression(position + 2)
            self._interpolation_depth -= 1

    def _interpolated_expression(self, position: int) -> int:
        while True:
            space = _SPACE.match(self._text, position)
            position = space.end() if space else position
            if position >= len(self._text):
                self._problem("`}` is missing", position, position, 'Unclosed "#{"')
                raise _Unreadable
            if not self._brackets and self._text[position] == "}":
                self._tokens.append(Token(TokenKind.INTERPOLATION_END, "}", position, position + 1))
                return position + 1
            position = self._strict_token(position)

    # From here on the text is known to be wrong somewhere.

    def _recovered_code(self, kind: TokenKind, position: int) -> tuple[int, bool]:
        text, closer = self._text, _CLOSERS[kind]
        limit, braces = self._likely_end(closer[1], position), 0
        while position < limit:
            match = closer[0].match(text, position)
            if match and not (kind is TokenKind.PRINT_START and _is_end_of_maps(text, position, braces)):
                self._tokens.append(Token(closer[2], closer[1], match.end() - 2, match.end()))
                return match.end(), match[1] is not None
            if text[position].isspace():
                position += 1
                continue
            if text[position] in "{}":
                braces = max(0, braces + (1 if text[position] == "{" else -1))
            position = self._recovered_token(position, limit)
        self._tokens.append(Token(closer[2], "", limit, limit, closed=False))
        return limit, False

    def _likely_end(self, closer: str, position: int) -> int:
        """Where a region that may lack its end has to stop: before the next one, or at the end of its line."""
        opening = _DELIMITER.search(self._text, position)
        limit = opening.start() if opening else len(self._text)
        if self._text.find(closer, position, limit) >= 0:
            return limit
        line_end = self._text.find("\n", position, limit)
        return line_end if line_end >= 0 else limit

    def _recovered_token(self, position: int, limit: int) -> int:
        match = EXPRESSION_TOKEN.match(self._text, position, limit)
        if match and match.lastgroup != "quote" and not (match.lastgroup == "string" and "\n" in match[0]):
            self._append(match)
            return match.end()
        character = self._text[position]
        if character not in "'\"":
            return position + 1
        stop = _OPEN_STRING_STOP.search(self._text, position + 1, limit)
        end = stop.start() if stop else limit
        self._tokens.append(Token(TokenKind.STRING, self._text[position + 1 : end], position, end, closed=False))
        return end

    def _problem(self, message: str, start: int, end: int, engine_message: str) -> None:
        self._problems.append(ExpressionProblem(message, Span(start, end), engine_message))


def _is_end_of_maps(text: str, position: int, open_braces: int) -> bool:
    """Whether the `}}` at `position` closes map literals and leaves the region open."""
    run = _BRACES.match(text, position)
    return open_braces > 0 and run is not None and (len(run[0]) >= open_braces + 2 or len(run[0]) < 2)


def _unquoted(content: str, quote: str) -> str:
    content = RAW_BLOCK.sub(lambda match: match[1], content) if "endraw" in content else content
    return content.replace(f"\\{quote}", quote)
