"""Places inside `[…]` and `{…}`: a scan from the first bracket to the cursor."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tiercel_schemas.source.nodes import Path, PathStep


@dataclass(slots=True)
class _Frame:
    bracket: Literal["[", "{"]
    index: int = 0
    key: str | None = None
    token: int = 0
    keys: list[str] = field(default_factory=list)

    def step(self) -> PathStep:
        return self.index if self.bracket == "[" else (self.key or "")


@dataclass(frozen=True, slots=True)
class BracketPlace:
    """Where a cursor stands inside brackets: the steps down from the outermost one, and where its token begins."""

    path: Path
    role: Literal["key", "value", "item"]
    token: int
    quote: str = ""


def scan_brackets(text: str, start: int, offset: int) -> BracketPlace | None:
    """The place of `offset` in the brackets that open at `start`; None where they are closed before it."""
    frames: list[_Frame] = []
    at = start
    quote = ""
    while at < offset:
        character = text[at]
        if character in "\"'":
            closing = _closing_quote(text, at, offset)
            if frames:
                frames[-1].token = at + 1 if closing is None else frames[-1].token
            if closing is None:
                quote = character
                break
            at = closing
        elif character in "[{":
            frames.append(_Frame("[" if character == "[" else "{", token=at + 1))
        elif character in "]}" and frames:
            frames.pop()
            if not frames:
                return None
        elif frames:
            _take(frames[-1], text, at, character)
        at += 1
    return _place(frames, text, offset, quote) if frames else None


def _place(frames: list[_Frame], text: str, offset: int, quote: str) -> BracketPlace:
    frame = frames[-1]
    token = frame.token
    while token < offset and text[token] in " \t\r\n":
        token += 1
    if frame.bracket == "[":
        return BracketPlace(tuple(each.step() for each in frames), "item", token, quote)
    if frame.key is None:
        return BracketPlace(tuple(each.step() for each in frames[:-1]), "key", token, quote)
    return BracketPlace(tuple(each.step() for each in frames), "value", token, quote)


def _closing_quote(text: str, at: int, offset: int) -> int | None:
    """Where the quote at `at` is closed; None where that is not before `offset`."""
    quote = text[at]
    at += 1
    while at < offset:
        if text[at] == "\\" and quote == '"':
            at += 1
        elif text[at] == quote:
            return at
        at += 1
    return None


def _take(frame: _Frame, text: str, at: int, character: str) -> None:
    if character == ",":
        frame.index += 1
        frame.key = None
        frame.token = at + 1
    elif character == ":" and frame.bracket == "{" and frame.key is None and text[at + 1 : at + 2] in {"", " ", "\n"}:
        frame.key = text[frame.token : at].strip().strip("\"'")
        frame.token = at + 1
