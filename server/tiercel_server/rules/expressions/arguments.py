"""Literal arguments: whether they are of the kind that a call takes, and one of its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.expressions import Parameter, Signature, signatures
from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.json_schema.formats import is_timezone
from tiercel_server.analysis.references import Use
from tiercel_server.rules.examples import logs
from tiercel_server.rules.model import Rule, RuleContext, replacement
from tiercel_server.rules.registry import checks
from tiercel_server.rules.wording import nearest

WRONG_ARGUMENT = Rule(
    code="wrong-argument",
    group="expressions",
    at_run_time=True,
    severity=Severity.WARNING,
    summary="An argument is of another kind than its function or filter takes.",
    why="Kestra saves the flow, and the expression fails when it runs.",
    bad=logs("{{ 'a b' | replace(' ', '_') }}"),
    good=logs("{{ 'a b' | replace({' ': '_'}) }}"),
)
INVALID_ARGUMENT = Rule(
    code="invalid-argument",
    group="expressions",
    at_run_time=True,
    summary="A unit, format, time zone or type that a call is given does not exist.",
    why="Kestra saves the flow, and the expression fails when it runs.",
    bad=logs("{{ now() | dateAdd(1, 'day') }}"),
    good=logs("{{ now() | dateAdd(1, 'DAYS') }}"),
    fix="Writes the word that was probably meant: a guess.",
)

_TAKES: Mapping[str, tuple[tuple[type[n.Expression], ...], str]] = {
    "map": ((n.StringLiteral, n.IntegerLiteral, n.DoubleLiteral, n.BooleanLiteral, n.ListLiteral), "a map"),
    "list": ((n.StringLiteral, n.IntegerLiteral, n.DoubleLiteral, n.BooleanLiteral, n.MapLiteral), "a list"),
    "integer": ((n.StringLiteral, n.BooleanLiteral, n.ListLiteral, n.MapLiteral), "a whole number"),
    "boolean": ((n.StringLiteral, n.IntegerLiteral, n.DoubleLiteral, n.ListLiteral, n.MapLiteral), "true or false"),
    "string": ((n.ListLiteral, n.MapLiteral), "a text"),
}
"""Literals that a parameter of one type never takes, and the word for what it takes."""

_READS_NUMBERS = frozenset({"dateAdd"})
_UNITS = (
    *("NANOS", "MICROS", "MILLIS", "SECONDS", "MINUTES", "HOURS", "HALF_DAYS", "DAYS", "WEEKS", "MONTHS", "YEARS"),
    *("DECADES", "CENTURIES", "MILLENNIA", "ERAS"),
)
_NUMBER_TYPES = ("INT", "LONG", "FLOAT", "DOUBLE", "BIGDECIMAL", "BIGINTEGER")
_STYLES = frozenset({"full", "long", "medium", "short", "sql", "sql_milli", "sql_sec", "iso", "iso_milli", "iso_sec"})
_QUOTED = re.compile(r"'[^']*'")
_PATTERN_LETTERS = frozenset("GuyDMLdQqYwWEecFaBhKkHmsSAnNVvzOXxZp")


@checks(WRONG_ARGUMENT, INVALID_ARGUMENT)
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """Every call with literal arguments."""
    table = signatures(context.version)
    known = {"function": table.functions, "filter": table.filters, "test": table.tests}
    for use in context.flow.uses:
        signature = known[use.kind].get(use.name)
        if signature is not None and not any(each.variadic for each in signature.parameters):
            judged = (_argument(use, signature, *pair) for pair in _paired(use, signature))
            # Where one argument is wrong those behind it may only stand in the wrong place.
            yield from islice((finding for finding in judged if finding is not None), 1)


def _paired(use: Use, signature: Signature) -> Iterator[tuple[Parameter, n.Expression]]:
    positional = [each for each in use.arguments if each.name is None]
    by_name = {each.name: each for each in use.arguments if each.name is not None}
    for index, parameter in enumerate(signature.parameters):
        argument = positional[index] if index < len(positional) else by_name.get(parameter.name)
        if argument is not None:
            yield parameter, argument.value


def _argument(use: Use, signature: Signature, parameter: Parameter, value: n.Expression) -> Diagnostic | None:
    span = use.site.text_span(value.span)
    never, words = _TAKES.get(parameter.type, ((), ""))
    if isinstance(value, never) and not (use.name in _READS_NUMBERS and _is_number(value)):
        example = f": `{signature.example}`" if signature.example and parameter.type in {"map", "list"} else ""
        return WRONG_ARGUMENT.finding(f"`{use.name}` takes {words} here{example}", span)
    if isinstance(value, n.StringLiteral):
        check_word = _WORDS.get((use.name, parameter.name)) or _WORDS.get(("", parameter.name))
        fault = check_word(value.value) if check_word is not None else None
        if fault is not None:
            message, meant = fault
            inner = use.site.text_span(value.value_span)
            data = replacement(inner, meant, f"Write `{meant}`") if meant else {}
            return INVALID_ARGUMENT.finding(message, inner, data=data)
    return None


def _is_number(value: n.Expression) -> bool:
    return isinstance(value, n.StringLiteral) and re.fullmatch(r"[-+]?\d+", value.value) is not None


_Fault = tuple[str, str | None]


def _unit(text: str) -> _Fault | None:
    if text in _UNITS:
        return None
    meant = next((each for each in _UNITS if each in {text.upper(), f"{text.upper()}S"}), nearest(text.upper(), _UNITS))
    return f"there is no unit `{text}`" + (f"; did you mean `{meant}`?" if meant else ""), meant


def _number_type(text: str) -> _Fault | None:
    if text.upper() in _NUMBER_TYPES:
        return None
    meant = nearest(text.upper(), _NUMBER_TYPES)
    return f"there is no type of number `{text}`" + (f"; did you mean `{meant}`?" if meant else ""), meant


def _zone(text: str) -> _Fault | None:
    return None if is_timezone(text) else (f"there is no time zone `{text}`", None)


def _date_format(text: str) -> _Fault | None:
    if text in _STYLES or text.startswith(("iso_", "rfc_")):
        return None
    bare = _QUOTED.sub("", text)
    if "'" in bare:
        return "a quote of this date format is not closed", None
    wrong = next((each for each in bare if each in "{}#" or (_is_letter(each) and each not in _PATTERN_LETTERS)), None)
    return None if wrong is None else (f"`{wrong}` means nothing in a date format; text stands in single quotes", None)


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


_WORDS: Mapping[tuple[str, str], Callable[[str], _Fault | None]] = {
    ("dateAdd", "unit"): _unit,
    ("number", "type"): _number_type,
    ("", "timeZone"): _zone,
    ("date", "format"): _date_format,
    ("dateAdd", "format"): _date_format,
    ("now", "format"): _date_format,
}
"""What judges the text of an argument, by call and parameter; no call for a parameter of any."""
