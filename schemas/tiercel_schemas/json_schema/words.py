"""Faults of an object in plain words, with a code for each kind of fault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a map",
}
_FORMATS = {
    "duration": "an ISO 8601 duration such as `PT30S`, `PT1H30M` or `P1D`",
    "date": "a date such as `2026-01-31`",
    "date-time": "a date and time such as `2026-01-31T09:30:00Z`",
    "instant": "a date and time with its zone such as `2026-01-31T09:30:00Z`",
    "partial-time": "a time such as `09:30:00`",
    "time": "a time such as `09:30:00Z`",
    "timezone": "a time zone such as `Europe/Paris`",
    "uuid": "a UUID",
}
_PATTERNS = {
    "^[a-zA-Z0-9][a-zA-Z0-9_-]*": "letters, digits, `-` and `_`, the first a letter or digit",
    "^[a-zA-Z0-9][a-zA-Z0-9._-]*": "letters, digits, `.`, `-` and `_`, the first a letter or digit",
    "^[a-zA-Z0-9][.a-zA-Z0-9_-]*": "letters, digits, `.`, `-` and `_`, the first a letter or digit",
    "^[a-z0-9][a-z0-9._-]*": "lower-case letters, digits, `.`, `-` and `_`, the first a letter or digit",
    r"^[\p{Ll}][\p{L}0-9._-]*$": "letters, digits, `.`, `-` and `_`, the first a lower-case letter",
}
_MOST_VALUES = 12
_LONGEST = 40


def suggestions(word: str, known: Iterable[str], cutoff: float = 0.6) -> list[str]:
    """Up to three known words much like this one, the likest first; case counts for nothing."""
    import difflib

    by_lower = {each.lower(): each for each in known if _may_be_meant(word.lower(), each.lower())}
    found = difflib.get_close_matches(word.lower(), by_lower, n=3, cutoff=cutoff)
    return [by_lower[each] for each in found]


def _may_be_meant(word: str, known: str) -> bool:
    """Whether the lengths, or the first letters, are near: `msg` may be `message`, `script` is no `description`."""
    return word[:1] == known[:1] or abs(len(word) - len(known)) <= max(2, max(len(word), len(known)) // 3)


def is_slip(word: str, known: Sequence[str]) -> bool:
    """Whether a word differs from a known one by a letter or two, or by their order."""
    letters = sorted(word.lower())
    return any(sorted(each.lower()) == letters for each in known) or bool(suggestions(word, known, cutoff=0.8))


def did_you_mean(words: Sequence[str]) -> str:
    """`; did you mean …?` for the first suggestion, or nothing."""
    return f"; did you mean `{words[0]}`?" if words else ""


def one_of(values: Iterable[Any]) -> str:
    """`A`, `B` or `C`."""
    quoted = [f"`{value}`" for value in values]
    return " or ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))


def shown(value: Any) -> str:
    """A value as a message quotes it."""
    if isinstance(value, Mapping):
        return "a map"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    text = str(value).splitlines()[0] if str(value) else ""
    return f"`{text[:_LONGEST]}…`" if len(text) > _LONGEST or "\n" in str(value) else f"`{text}`"


def kind_words(kinds: str | Sequence[str]) -> str:
    """What a property takes, from JSON Schema's `type`."""
    names = [kinds] if isinstance(kinds, str) else list(kinds)
    words = [_KINDS[name] for name in names]
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def wrong_kind(name: str, value: Any, kinds: str | Sequence[str]) -> str:
    """A value of another kind than the property takes."""
    if isinstance(value, str) and ("{{" in value or "{%" in value):
        return f"`{name}` takes {kind_words(kinds)}; it is not rendered, so no expression can stand here"
    return f"`{name}` takes {kind_words(kinds)}, not {shown(value)}"


def text_of_structure(name: str, value: Any) -> str:
    """A list or map as a templated text."""
    return f"`{name}` takes text; {shown(value)} is turned into its JSON"


def text_for_structure(name: str, value: Any, kinds: Sequence[str]) -> str:
    """A text that is no JSON where a list or map belongs."""
    return f"`{name}` takes {kind_words(kinds)}, or JSON text of one; {shown(value)} is none"


def wrong_value(name: str, value: Any, allowed: Sequence[Any]) -> str:
    """A value that is not in an enumeration."""
    likely = suggestions(str(value), map(str, allowed))
    few = f"; it takes {one_of(allowed)}" if len(allowed) <= _MOST_VALUES else ""
    return f"{shown(value)} is no value of `{name}`{few or did_you_mean(likely)}"


def wrong_format(name: str, value: Any, form: str) -> str:
    """A text that is not of the property's format."""
    return f"`{name}` takes {_FORMATS[form]}, not {shown(value)}"


def wrong_pattern(name: str, value: Any, pattern: str) -> str:
    """A text that does not match the property's pattern."""
    words = _PATTERNS.get(pattern)
    if words is None:
        return f"{name} must match `{pattern}`; {shown(value)} does not"
    return f"{name} takes only {words}; {shown(value)} has others"


def out_of_bounds(name: str, keyword: str, bound: Any) -> str:
    """A number, text or list beyond a bound, by the keyword of JSON Schema."""
    match keyword:
        case "minimum":
            return f"`{name}` must be at least {bound}"
        case "maximum":
            return f"`{name}` must be at most {bound}"
        case "exclusiveMinimum":
            return f"`{name}` must be more than {bound}"
        case "exclusiveMaximum":
            return f"`{name}` must be less than {bound}"
        case "minLength" | "minItems" if bound == 1:
            return f"`{name}` must not be empty"
        case "minLength":
            return f"`{name}` must have at least {bound} characters"
        case "maxLength":
            return f"`{name}` must have at most {bound} characters"
        case "minItems":
            return f"`{name}` must have at least {bound} items"
    return f"`{name}` must have at most {bound} items"


def simple_name(name: str) -> str:
    """The last part of a class name."""
    return name.rpartition(".")[2].rpartition("-")[2]
