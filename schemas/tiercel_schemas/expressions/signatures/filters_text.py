"""Filters of text, numbers and hashes."""

from __future__ import annotations

from tiercel_schemas.expressions.signatures.model import Signature, SignatureKind, parameters
from tiercel_schemas.versions import KestraVersion

_F = SignatureKind.FILTER
_NEW = KestraVersion.V2_0
_S = "string"

TEXT_FILTERS = (
    Signature(
        "abbreviate",
        _F,
        parameters("length: integer"),
        _S,
        "Cuts text to a length, ending it in three dots.",
        _S,
    ),
    Signature("capitalize", _F, (), _S, "Turns the first letter into a capital.", _S),
    Signature("title", _F, (), _S, "Turns the first letter of every word into a capital.", _S),
    Signature("lower", _F, (), _S, "The text in small letters."),
    Signature("upper", _F, (), _S, "The text in capital letters."),
    Signature("trim", _F, (), _S, "Takes whitespace away at both ends.", _S),
    Signature("nl2br", _F, (), _S, "Writes `<br />` for line breaks.", _S),
    Signature("string", _F, (), _S, "The value as text."),
    Signature(
        "format",
        _F,
        parameters("...args: any"),
        _S,
        "Fills `%s`, `%d`, `%.2f` and the like with arguments.",
        _S,
        example="'%05.1f' | format(inputs.n)",
    ),
    Signature("startsWith", _F, parameters("value: string"), "boolean", "Whether text begins with another.", _S),
    Signature("endsWith", _F, parameters("value: string"), "boolean", "Whether text ends with another.", _S),
    Signature(
        "substringBefore",
        _F,
        parameters("separator: string"),
        _S,
        "What stands before the first separator.",
        _S,
    ),
    Signature(
        "substringBeforeLast",
        _F,
        parameters("separator: string"),
        _S,
        "What stands before the last separator.",
        _S,
    ),
    Signature(
        "substringAfter",
        _F,
        parameters("separator: string"),
        _S,
        "What stands after the first separator.",
        _S,
    ),
    Signature(
        "substringAfterLast",
        _F,
        parameters("separator: string"),
        _S,
        "What stands after the last separator.",
        _S,
    ),
    Signature(
        "indent",
        _F,
        parameters("amount: integer", "prefix: string = ' '"),
        _S,
        "Indents every line but the first.",
        _S,
    ),
    Signature(
        "nindent",
        _F,
        parameters("amount: integer", "prefix: string = ' '"),
        _S,
        "Begins a new line and indents every line.",
        _S,
    ),
    Signature(
        "replace",
        _F,
        parameters("replace_pairs: map", "regexp: boolean = false"),
        "any",
        "Replaces each key of a map with its value, also inside lists and maps.",
        example="inputs.name | replace({' ': '_'})",
    ),
    Signature(
        "split",
        _F,
        parameters("delimiter: string", "limit: integer?"),
        "list",
        "Cuts text at a regular expression.",
        _S,
        example="'a,b' | split(',')",
    ),
    Signature("slugify", _F, (), _S, "Text for a URL: small letters, digits and dashes.", _S),
    Signature(
        "escapeChar",
        _F,
        parameters("type: string"),
        "any",
        "Escapes quotes: `single`, `double` or, for a shell, `shell`.",
        example="inputs.s | escapeChar('shell')",
    ),
    Signature(
        "regexMatch",
        _F,
        parameters("regex: string"),
        "boolean",
        "Whether a regular expression is found.",
        _S,
        since=_NEW,
    ),
    Signature(
        "regexReplace",
        _F,
        parameters("regex: string", "replacement: string"),
        _S,
        "Replaces every match; `$1` is the first group.",
        _S,
        since=_NEW,
    ),
    Signature(
        "regexExtract",
        _F,
        parameters("regex: string", "group: integer = 0"),
        _S,
        "The first match, or one of its groups; null when nothing matches.",
        _S,
        since=_NEW,
    ),
)

NUMBER_FILTERS = (
    Signature("abs", _F, (), "number", "The number without its sign.", "number"),
    Signature(
        "number",
        _F,
        parameters("type: string?"),
        "number",
        "Reads text as a number: INT, FLOAT, LONG, DOUBLE, BIGDECIMAL or BIGINTEGER.",
        _S,
    ),
    Signature(
        "numberFormat",
        _F,
        parameters("format: string"),
        _S,
        "Formats a number by a pattern such as `#,##0.00`.",
        "number",
        example="1234.5 | numberFormat('#,##0.00')",
    ),
)

CODE_FILTERS = (
    Signature("md5", _F, (), _S, "The MD5 digest in hexadecimal digits.", _S),
    Signature("sha1", _F, (), _S, "The SHA-1 digest in hexadecimal digits.", _S),
    Signature("sha256", _F, (), _S, "The SHA-256 digest in hexadecimal digits.", _S),
    Signature("sha512", _F, (), _S, "The SHA-512 digest in hexadecimal digits.", _S),
    Signature("urlencode", _F, (), _S, "Encodes text for a URL; a space becomes `+`.", _S),
    Signature("urldecode", _F, (), _S, "Decodes text of a URL.", _S),
    Signature("base64encode", _F, (), _S, "Encodes text in base64.", _S),
    Signature("base64decode", _F, (), _S, "Decodes base64 text.", _S),
)
