"""Filters with regular expressions, and replacement."""

from __future__ import annotations

from typing import Any

from tiercel_engine.expressions.arguments import cast_text, class_cast, int_value, needed, truth_of, whole_number
from tiercel_engine.expressions.equality import is_number
from tiercel_engine.expressions.errors import JavaError, PebbleError
from tiercel_engine.expressions.java import regex
from tiercel_engine.expressions.java.hash_map import hash_map
from tiercel_engine.expressions.limits import MAX_OUTPUT
from tiercel_engine.expressions.registry import Arguments, Run, filter_unit
from tiercel_engine.expressions.texts import java_text, too_large
from tiercel_engine.expressions.values import JavaArray, check_size


def _pattern(arguments: Arguments) -> str:
    pattern = java_text(needed(arguments, "regex", "The argument 'regex' is required."))
    try:
        regex.compiled(pattern)
    except JavaError as error:
        description = (error.message or "").partition(" near index")[0]
        raise PebbleError(f"Invalid regex '{pattern}': {description}", error) from None
    return pattern


@filter_unit("regexMatch")
def regex_match(value: Any, arguments: Arguments, _run: Run) -> bool:
    """Whether a pattern is found anywhere."""
    pattern = _pattern(arguments)
    return value is not None and regex.found(pattern, java_text(value)) is not None


@filter_unit("regexReplace")
def regex_replace(value: Any, arguments: Arguments, _run: Run) -> Any:
    """Every match replaced."""
    pattern = _pattern(arguments)
    replacement = needed(arguments, "replacement", "The argument 'replacement' is required.")
    return None if value is None else regex.replaced_all(pattern, java_text(replacement), java_text(value))


@filter_unit("regexExtract")
def regex_extract(value: Any, arguments: Arguments, _run: Run) -> Any:
    """The first match or one of its groups."""
    pattern = _pattern(arguments)
    group = whole_number(arguments.get("group", 0))
    groups = regex.compiled(pattern).groups
    if not 0 <= group <= groups:
        message = f"Group index {group} is out of bounds: the pattern has only {groups} capture group(s)."
        raise PebbleError(message)
    match = None if value is None else regex.found(pattern, java_text(value))
    return None if match is None else match[group]


@filter_unit("split")
def split(value: Any, arguments: Arguments, _run: Run) -> Any:
    """Text cut at a regular expression."""
    if value is None:
        return None
    delimiter = arguments.get("delimiter")
    if delimiter is None:
        raise PebbleError("missing delimiter parameter in split filter")
    limit = int_value(arguments["limit"]) if is_number(arguments.get("limit")) else 0
    return JavaArray(regex.split(cast_text(value), cast_text(delimiter), limit))


@filter_unit("replace")
def replace(value: Any, arguments: Arguments, _run: Run) -> Any:
    """The keys of a map replaced by its values, one after the other."""
    if value is None:
        return None
    pairs = needed(arguments, "replace_pairs", "The argument 'replace_pairs' is required.")
    if not isinstance(pairs, dict):
        raise class_cast(pairs, "java.util.Map")
    by_pattern = truth_of(arguments.get("regexp", False))
    check_size(value)
    return _replaced(value, pairs, by_pattern=by_pattern)


def _replaced(value: Any, pairs: dict[Any, Any], *, by_pattern: bool) -> Any:
    if isinstance(value, dict):
        changed = {key: _replaced(_held(item, "value"), pairs, by_pattern=by_pattern) for key, item in value.items()}
        return hash_map(changed.items())
    if isinstance(value, list) and not isinstance(value, JavaArray):
        return [_replaced(_held(item, "item"), pairs, by_pattern=by_pattern) for item in value]
    text = java_text(value)
    for key, replacement in pairs.items():
        old, new = java_text(_held(key, "key")), java_text(_held(replacement, "replacement"))
        if by_pattern:
            text = regex.replaced_all(old, new, text)
            continue
        if text.count(old) * len(new) + len(text) > MAX_OUTPUT:
            raise too_large()
        text = text.replace(old, new)
    return text


def _held(value: Any, name: str) -> Any:
    """The value of an entry. Raises JavaError NullPointerException for null, as Java does on the way to its text."""
    if value is None:
        raise JavaError("NullPointerException", f'Cannot invoke "Object.toString()" because "{name}" is null')
    return value
