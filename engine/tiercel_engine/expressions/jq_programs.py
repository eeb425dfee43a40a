"""jq programs, run so that they can neither look around nor run away.

A program that only walks over its input runs right here. One that could take long or grow without bound
(recursion, ranges, definitions, arithmetic on texts) runs in a helper process with a limit of time and memory.
"""

from __future__ import annotations

import re
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING, Any

from tiercel_engine.expressions.jq_dialect import adapted, fault, without_texts
from tiercel_engine.expressions.json_reading import read_json
from tiercel_engine.expressions.limits import MAX_RANGE

if TYPE_CHECKING:
    from tiercel_engine.expressions.budget import Budget

_SAFE_NAMES = frozenset(
    [
        "select",
        "map",
        "map_values",
        "length",
        "keys",
        "keys_unsorted",
        "values",
        "to_entries",
        "from_entries",
        "with_entries",
        "has",
        "in",
        "add",
        "any",
        "all",
        "first",
        "last",
        "type",
        "not",
        "empty",
        "error",
        "sort",
        "sort_by",
        "group_by",
        "unique",
        "unique_by",
        "min",
        "min_by",
        "max",
        "max_by",
        "reverse",
        "contains",
        "inside",
        "startswith",
        "endswith",
        "ltrimstr",
        "rtrimstr",
        "ascii_downcase",
        "ascii_upcase",
        "tostring",
        "tonumber",
        "floor",
        "ceil",
        "round",
        "sqrt",
        "fabs",
        "abs",
        "if",
        "then",
        "elif",
        "else",
        "end",
        "and",
        "or",
        "true",
        "false",
        "null",
        "as",
        "try",
        "catch",
        "nulls",
        "booleans",
        "numbers",
        "strings",
        "arrays",
        "objects",
        "iterables",
        "scalars",
        "flatten",
        "index",
        "rindex",
        "indices",
        "split",
        "join",
        "tojson",
        "fromjson",
        "csv",
        "tsv",
        "html",
        "uri",
        "json",
        "text",
        "base64",
        "base64d",
        "sh",
        "nan",
        "infinite",
        "isnan",
        "isinfinite",
        "isnormal",
        "now",
        "todate",
        "fromdate",
        "strftime",
        "strptime",
        "mktime",
        "gmtime",
        "dateadd",
        "date",
        "fromdateiso8601",
        "todateiso8601",
        "del",
        "paths",
        "leaf_paths",
        "getpath",
        "delpaths",
        "path",
        "explode",
        "implode",
        "transpose",
        "utf8bytelength",
    ]
)
_WORD = re.compile(r"(?<![.$@\w])[a-zA-Z_]\w*")
_UNSAFE = re.compile(r'" \(|\*|\.\.|//=|[-+*/%|]=|\b\d{5,}|\?//|"\s*\*')


class JqError(ValueError):
    """A program that can't be read (`is_syntax`) or that fails on its input."""

    def __init__(self, message: str, *, is_syntax: bool = False) -> None:
        super().__init__(message)
        self.is_syntax = is_syntax


def run_jq(program: str, document: str, budget: Budget) -> list[Any]:
    """All outcomes of a program on a JSON document. Raises JqError, and LimitError."""
    if not is_harmless(program) or len(document) > 1_000_000:
        from tiercel_engine.expressions.jq_helper import run_in_helper

        began = monotonic()
        texts = run_in_helper(program, document, budget.limits.jq_seconds)
        budget.spend(monotonic() - began)
        return [read_json(text) for text in texts]
    return [read_json(text) for text in outcomes(program, document)]


def is_harmless(program: str) -> bool:
    """Whether a program can do no more than walk over its input a few times."""
    bare = without_texts(program)
    if len(program) > 500 or _UNSAFE.search(bare) or bare.count(",") + bare.count("[]") > 12:
        return False
    return all(word in _SAFE_NAMES for word in _WORD.findall(bare))


def outcomes(program: str, document: str) -> list[str]:
    """The outcomes as JSON texts. Raises JqError."""
    compiled = _compiled(program)
    results: list[str] = []
    try:
        for text in compiled.input_text(document):
            results.append(text)
            if len(results) > MAX_RANGE:
                raise JqError("The program gives too many outcomes")
    except ValueError as error:
        raise JqError(str(error)) from None
    return results


@lru_cache(maxsize=200)
def _compiled(program: str) -> Any:
    try:
        import jq  # type: ignore[import-not-found]
    except ImportError:
        raise JqError("jq isn't installed on this machine") from None

    bare = without_texts(program)
    refused = fault(bare)
    if refused:
        raise JqError(refused, is_syntax=True)
    try:
        return jq.compile(adapted(program, bare))
    except ValueError as error:
        raise JqError(str(error), is_syntax=True) from None
