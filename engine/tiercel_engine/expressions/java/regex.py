"""Java's regular expressions on top of the `regex` package, within a time limit."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import regex

from tiercel_engine.expressions.errors import JavaError, LimitError
from tiercel_engine.expressions.limits import MAX_OUTPUT, REGEX_SECONDS

_CLASSES = {
    "Lower": "a-z",
    "Upper": "A-Z",
    "ASCII": r"\x00-\x7f",
    "Alpha": "a-zA-Z",
    "Digit": "0-9",
    "Alnum": "a-zA-Z0-9",
    "Punct": r"!-/:-@\[-`{-~",
    "Graph": "!-~",
    "Print": " -~",
    "Blank": r" \t",
    "Cntrl": r"\x00-\x1f\x7f",
    "XDigit": "0-9a-fA-F",
    "Space": r" \t\n\x0b\f\r",
}


@lru_cache(maxsize=500)
def compiled(pattern: str) -> regex.Pattern[str]:
    """A pattern of Java. Raises JavaError PatternSyntaxException."""
    try:
        return regex.compile(translated(pattern), regex.VERSION1)
    except (regex.error, OverflowError, RecursionError, ValueError) as error:
        raise syntax_error(pattern, error) from None


def syntax_error(pattern: str, error: Exception) -> JavaError:
    """Java's error for a pattern that can't be read, as near as what is known of it allows."""
    text = str(error)
    place = getattr(error, "pos", None)
    if "missing )" in text:
        description, index = "Unclosed group", len(pattern)
    elif "unterminated character set" in text or "bad set" in text:
        description, index = "Unclosed character class", len(pattern) - 1
    elif "nothing to repeat" in text or "multiple repeat" in text:
        index = place if isinstance(place, int) else 0
        character = pattern[index - 1 : index] if index else pattern[:1]
        description, index = f"Dangling meta character '{character}'", max(0, index - 1)
    elif "unbalanced parenthesis" in text or "missing (" in text:
        index = place if isinstance(place, int) else len(pattern)
        description, index = "Unmatched closing ')'", max(0, index - 1)
    else:
        description, index = text, place if isinstance(place, int) else len(pattern)
    return JavaError("PatternSyntaxException", f"{description} near index {index}\n{pattern}")


def translated(pattern: str) -> str:
    """The pattern in the words of the `regex` package."""
    parts: list[str] = []
    index, depth = 0, 0
    while index < len(pattern):
        character = pattern[index]
        if character == "\\":
            piece, index = _escape(pattern, index, in_class=depth > 0)
            parts.append(piece)
            continue
        if depth == 0 and character == "$":
            # Both see the end before a last line break, Java also before other kinds of line breaks.
            parts.append(r"(?=\r?\n?\Z)")
        elif depth == 0 and character == ".":
            parts.append(r"[^\n\r\u0085\u2028\u2029]" if not _has_flag(pattern, "s") else ".")
        elif depth and character in "-|~" and pattern[index + 1 : index + 2] == character:
            parts.append(f"\\{character}")
        else:
            if character == "[":
                depth += 1
                if depth == 1 and pattern[index + 1 : index + 2] == "]":
                    raise regex.error("unterminated character set", pattern, len(pattern))
            elif character == "]" and depth:
                depth -= 1
            parts.append(character)
        index += 1
    return "".join(parts)


def _has_flag(pattern: str, flag: str) -> bool:
    return f"(?{flag}" in pattern or any(f"(?{other}{flag}" in pattern for other in "imux")


def _escape(pattern: str, index: int, *, in_class: bool) -> tuple[str, int]:
    following = pattern[index + 1 : index + 2]
    if not following:
        raise regex.error("Unexpected internal error", pattern, len(pattern))
    if following == "Q":
        end = pattern.find(r"\E", index + 2)
        quoted = pattern[index + 2 : end if end >= 0 else len(pattern)]
        return regex.escape(quoted), len(pattern) if end < 0 else end + 2
    if following in "pP" and pattern[index + 2 : index + 3] == "{":
        end = pattern.find("}", index)
        name = pattern[index + 3 : end]
        if end > 0 and name in _CLASSES:
            content = _CLASSES[name]
            return (f"[{'^' if following == 'P' else ''}{content}]"), end + 1
        if (end > 0 and name.startswith("Is")) or name.startswith("java"):
            stripped = name[2:] if name.startswith("Is") else name[4:].removesuffix("Case").removesuffix("ter")
            return f"\\{following}{{{stripped}}}", end + 1
        return pattern[index : end + 1] if end > 0 else "\\p", end + 1 if end > 0 else index + 2
    # Java's classes know ASCII only.
    ascii_classes = {
        "d": "0-9",
        "w": "a-zA-Z0-9_",
        "s": r" \t\n\x0b\f\r",
        "h": r" \t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000",
    }
    if following in ascii_classes:
        return f"[{ascii_classes[following]}]", index + 2
    if following in "DWS":
        return f"[^{ascii_classes[following.lower()]}]", index + 2
    fixed = {"z": r"\Z", "Z": r"(?=\r?\n?\Z)", "e": r"\x1b"}
    if following in fixed and not (in_class and following in "zZ"):
        return fixed[following], index + 2
    if following == "k":
        return f"(?P={pattern[index + 3 : pattern.find('>', index)]})", pattern.find(">", index) + 1
    return pattern[index : index + 2], index + 2


def found(pattern: str, text: str) -> regex.Match[str] | None:
    """The first match anywhere."""
    match: regex.Match[str] | None = _timed(lambda: compiled(pattern).search(text, timeout=REGEX_SECONDS), pattern)
    return match


def matches_whole(pattern: str, text: str) -> bool:
    """Whether the whole text is a match."""
    return _timed(lambda: compiled(pattern).fullmatch(text, timeout=REGEX_SECONDS), pattern) is not None


def replaced_all(pattern: str, replacement: str, text: str) -> str:
    """Every match replaced, as `replaceAll` does: `$1` and `${name}` stand for groups."""
    expression = compiled(pattern)

    def run() -> str:
        parts: list[str] = []
        position, size = 0, 0
        for match in expression.finditer(text, timeout=REGEX_SECONDS):
            piece = text[position : match.start()] + expanded(replacement, match)
            size += len(piece)
            if size > MAX_OUTPUT:
                raise LimitError(f"A replacement cannot give more than {MAX_OUTPUT} characters.")
            parts.append(piece)
            position = match.end()
        parts.append(text[position:])
        return "".join(parts)

    result: str = _timed(run, pattern)
    return result


def expanded(replacement: str, match: regex.Match[str]) -> str:
    """A replacement with its groups filled in. Raises JavaError for a group that doesn't exist."""
    parts: list[str] = []
    index = 0
    while index < len(replacement):
        character = replacement[index]
        if character == "\\":
            if index + 1 >= len(replacement):
                raise JavaError("IllegalArgumentException", "character to be escaped is missing")
            parts.append(replacement[index + 1])
            index += 2
        elif character == "$":
            value, index = _group(replacement, index + 1, match)
            parts.append(value)
        else:
            parts.append(character)
            index += 1
    return "".join(parts)


def _group(replacement: str, index: int, match: regex.Match[str]) -> tuple[str, int]:
    if index >= len(replacement):
        raise JavaError("IllegalArgumentException", "Illegal group reference: group index is missing")
    if replacement[index] == "{":
        end = replacement.find("}", index)
        name = replacement[index + 1 : end]
        if end < 0 or name not in match.re.groupindex:
            raise JavaError("IllegalArgumentException", f"No group with name {{{name}}}")
        return match[name] or "", end + 1
    if not replacement[index].isdigit():
        raise JavaError("IllegalArgumentException", "Illegal group reference")
    number, end = int(replacement[index]), index + 1
    if number > match.re.groups:
        raise JavaError("IndexOutOfBoundsException", f"No group {number}")
    while end < len(replacement) and replacement[end].isdigit():
        longer = number * 10 + int(replacement[end])
        if longer > match.re.groups:
            break
        number, end = longer, end + 1
    return match[number] or "", end


def split(text: str, pattern: str, limit: int = 0) -> list[str]:
    """Java's `String.split`: no empty text before a match of no width at the start; trailing ones go at limit 0."""
    expression = compiled(pattern)

    def run() -> list[str]:
        parts: list[str] = []
        position = 0
        for match in expression.finditer(text, timeout=REGEX_SECONDS):
            if limit > 0 and len(parts) == limit - 1:
                break
            if match.end() == 0 or (match.start() == match.end() == len(text)):
                continue
            parts.append(text[position : match.start()])
            position = match.end()
        if not parts and position == 0:
            return [text]
        parts.append(text[position:])
        if limit == 0:
            while parts and not parts[-1]:
                parts.pop()
        return parts

    result: list[str] = _timed(run, pattern)
    return result


def _timed(run: Any, pattern: str) -> Any:
    try:
        return run()
    except TimeoutError:
        message = f"The regular expression '{pattern}' took more than {REGEX_SECONDS:g} seconds"
        raise LimitError(message) from None
