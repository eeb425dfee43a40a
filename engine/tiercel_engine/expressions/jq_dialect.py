"""Kestra's dialect of jq: jq 1.6 as jackson-jq has it, brought about in the jq that is installed here.

Functions that Kestra lacks are refused; what it does otherwise is defined in front of the program. Nothing of the
process is shown: there is no environment, no other input and no place in a file.
"""

from __future__ import annotations

import re

_UNKNOWN = frozenset(
    [
        "IN",
        "INDEX",
        "abs",
        "acosh",
        "asinh",
        "ascii",
        "atanh",
        "bsearch",
        "copysign",
        "date",
        "dateadd",
        "datesub",
        "debug",
        "drem",
        "env",
        "fabs",
        "fma",
        "fmax",
        "fmin",
        "fmod",
        "frexp",
        "fromdate",
        "fromstream",
        "gamma",
        "get_search_list",
        "gmtime",
        "halt",
        "halt_error",
        "have_decnum",
        "have_literal_numbers",
        "hypot",
        "input",
        "input_filename",
        "input_line_number",
        "inputs",
        "isvalid",
        "ldexp",
        "lgamma",
        "lgamma_r",
        "localtime",
        "logb",
        "ltrim",
        "mktime",
        "modf",
        "modulemeta",
        "nearbyint",
        "nextafter",
        "nexttoward",
        "pick",
        "repeat",
        "rint",
        "rtrim",
        "scalb",
        "scalbln",
        "significand",
        "skip",
        "stderr",
        "strflocaltime",
        "strftime",
        "strptime",
        "tgamma",
        "toarray",
        "todate",
        "tostream",
        "trim",
        "trimstr",
        "trunc",
        "truncate_stream",
    ]
)
_MATH = [
    "acos",
    "asin",
    "atan",
    "cbrt",
    "ceil",
    "cos",
    "cosh",
    "exp",
    "exp10",
    "exp2",
    "expm1",
    "floor",
    "log",
    "log10",
    "log1p",
    "log2",
    "round",
    "sin",
    "sinh",
    "sqrt",
    "tan",
    "tanh",
]
# Mathematical functions give doubles, which are printed with a fraction: literals keep what was written.
_PRELUDE = (
    'def _double: if isnan or isinfinite then . else tostring | if test("[.e]") then . else . + ".0" end'
    " | fromjson end; "
    + "".join(f"def _{name}: {name}; " for name in _MATH if name != "exp10")
    + "def _exp10: pow(10; .); "
    + "".join(f"def {name}: _{name} | _double; " for name in _MATH)
)
_TRIMMING = (
    'def _both($x): type == "string" and ($x | type) == "string";'
    " def _ltrimstr($x): ltrimstr($x); def ltrimstr($x): if _both($x) then _ltrimstr($x) else . end;"
    " def _rtrimstr($x): rtrimstr($x); def rtrimstr($x): if _both($x) then _rtrimstr($x) else . end;"
)
_READING = (
    "def _tonumber: tonumber;"
    ' def tonumber: if type != "string" then _tonumber'
    ' else sub("^\\\\s+"; "") | sub("\\\\s+$"; "") | _tonumber | if tostring | test("[.eE]") then . + 0 else . end end;'
)
_PATHS = "def leaf_paths: paths(scalars); def paths: paths(. != null);"
_RECURSION = "def recurse_down: recurse;"
_DEFINITIONS = (
    (re.compile(r"\b(?:" + "|".join(_MATH) + r")\b"), _PRELUDE),
    (re.compile(r"\b[lr]trimstr\b"), _TRIMMING),
    (re.compile(r"\btonumber\b"), _READING),
    (re.compile(r"\b(?:leaf_)?paths\b"), _PATHS),
    (re.compile(r"\brecurse_down\b"), _RECURSION),
)
_ODD_NUMBERS = (
    'walk(if type != "number" then . elif isnan then "NaN"'
    ' elif isinfinite then (if . > 0 then "Infinity" else "-Infinity" end) else . end)'
)
_MAY_BE_ODD = re.compile(r"nan|infinite|" + "|".join(_MATH) + "|pow|atan2")
_WORD = re.compile(r"(?<![.$@\w])[a-zA-Z_]\w*")
_DEFINED = re.compile(r"\bdef\s+([a-zA-Z_]\w*)(?:\s*\(([^)]*)\))?")
_VARIABLE = re.compile(r"\$(?:ENV|__loc__|__prog_args)\b|@(?:base32d?|urid)\b|\.\.\?")
# Nothing of the process is shown, even where the search for names that are refused should fail.
_GUARD = (
    "def env: {}; def input_filename: null; def debug: .; def debug(f): .; def stderr: .; def input: empty;"
    ' def inputs: empty; def get_search_list: []; def halt: error("halt"); def halt_error: error;'
    " def halt_error(f): error; def input_line_number: 0;"
)
_NUMBER = re.compile(r"(?<![\w.$])([0-9]+)(?![\w.])")
_LONG_MAX = 2**63 - 1


def without_texts(program: str) -> str:
    """The program without its comments and with empty texts; what texts compute inside `\\( )` stays."""
    parts: list[str] = []
    depths: list[int] = []  # of brackets, one for each text around
    depth, index, in_text = 0, 0, False
    while index < len(program):
        character = program[index]
        if in_text:
            if character == "\\" and program.startswith("(", index + 1):
                parts.append(" (")
                depths.append(depth)
                depth, in_text = 0, False
                index += 1
            elif character == "\\":
                index += 1
            elif character == '"':
                in_text = False
                parts.append('"')
        elif character == '"':
            in_text = True
            parts.append('"')
        elif character == "#":
            end = program.find("\n", index)
            index = len(program) if end < 0 else end
            continue
        elif character == ")" and depth == 0 and depths:
            depth, in_text = depths.pop(), True
            parts.append(") ")
        else:
            depth += (character == "(") - (character == ")")
            parts.append(character)
        index += 1
    return "".join(parts)


def fault(bare: str) -> str:
    """What Kestra refuses in a program, given without its texts; "" for nothing."""
    own = {name for match in _DEFINED.finditer(bare) for name in (match[1], *re.findall(r"\w+", match[2] or ""))}
    for match in _WORD.finditer(bare):
        if match[0] in _UNKNOWN and match[0] not in own and not _is_key(bare, match):
            return f"There is no function {match[0]} in Kestra's jq"
    odd = _VARIABLE.search(bare)
    if odd:
        return f"There is no {odd[0]} in Kestra's jq"
    for digits in _NUMBER.findall(bare):
        if (len(digits) > 1 and digits[0] == "0") or len(digits) > 19 or int(digits) > _LONG_MAX:
            return f"{digits} is no number in Kestra's jq"
    return "" if _has_every_else(bare) else "An `if` needs its `else`"


def _is_key(bare: str, match: re.Match[str]) -> bool:
    """Whether a word is the key of an object: `{date: 1}`, `{date, name}`."""
    after = bare[match.end() :].lstrip()
    if after.startswith(":") and not after.startswith("::"):
        return True
    if not after.startswith((",", "}")) or not bare[: match.start()].rstrip().endswith(("{", ",")):
        return False
    depth = 0
    for character in reversed(bare[: match.start()]):
        if character in ")]}":
            depth += 1
        elif character in "([{":
            if not depth:
                return character == "{"
            depth -= 1
    return False


def _has_every_else(bare: str) -> bool:
    seen: list[bool] = []
    for word in _WORD.findall(bare):
        if word == "if":
            seen.append(False)
        elif word == "else" and seen:
            seen[-1] = True
        elif word == "end" and seen and not seen.pop():
            return False
    return True


def adapted(program: str, bare: str) -> str:
    """The program for the jq that is installed; its outcomes are JSON texts. `bare` is it without its texts."""
    odd = f" | {_ODD_NUMBERS}" if _MAY_BE_ODD.search(bare) else ""
    definitions = " ".join(text for pattern, text in _DEFINITIONS if pattern.search(program))
    # `?//` is one operator to jq; a program may end in a comment; `tojson` keeps numbers as they were written.
    text = program.replace("?//", "? //") if "?//" in bare else program
    return f"{_GUARD} {definitions} {{}} as $ENV | {{}} as $__prog_args | ({text}\n){odd} | tojson"
