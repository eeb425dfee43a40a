"""Filters, functions and tests: whether they exist, and whether their arguments fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.expressions import Signature, SignatureKind, all_signatures, signatures
from tiercel_server.analysis.references import Use
from tiercel_server.rules.examples import logs
from tiercel_server.rules.model import Rule, RuleContext, replacement, safe_replacement
from tiercel_server.rules.registry import checks
from tiercel_server.rules.wording import listed, nearest

_RUN = "Kestra saves the flow, and the expression fails when it runs."


_GUESS = "Writes the name that was probably meant: a guess."


def _rule(code: str, summary: str, bad: str, good: str, fix: str = "") -> Rule:
    return Rule(code, "expressions", summary, _RUN, logs(bad), logs(good), fix=fix, at_run_time=True)


_NEW_NAME = "Writes the name that it has in the flow's version. What is only like a known name is a guess."
UNKNOWN_FUNCTION = _rule("unknown-function", "There is no such function.", "{{ nwo() }}", "{{ now() }}", _NEW_NAME)
UNKNOWN_FILTER = _rule("unknown-filter", "There is no such filter.", "{{ 'a' | uper }}", "{{ 'a' | upper }}", _NEW_NAME)
UNKNOWN_TEST = _rule("unknown-test", "There is no such test.", "{{ 1 is evn }}", "{{ 1 is even }}", _GUESS)
UNKNOWN_ARGUMENT = _rule(
    "unknown-argument",
    "A call names an argument that its function or filter does not have.",
    "{{ now(zone='UTC') }}",
    "{{ now(timeZone='UTC') }}",
    _GUESS,
)
TOO_MANY_ARGUMENTS = _rule(
    "too-many-arguments", "A call gives more arguments than there are.", "{{ 'a' | upper('b') }}", "{{ 'a' | upper }}"
)
MISSING_ARGUMENT = _rule(
    "missing-argument", "A call lacks an argument that it needs.", "{{ 'a' | split }}", "{{ 'a' | split(',') }}"
)
RULES = (
    UNKNOWN_FUNCTION,
    UNKNOWN_FILTER,
    UNKNOWN_TEST,
    UNKNOWN_ARGUMENT,
    TOO_MANY_ARGUMENTS,
    MISSING_ARGUMENT,
)

_UNKNOWN: Mapping[str, Rule] = {"function": UNKNOWN_FUNCTION, "filter": UNKNOWN_FILTER, "test": UNKNOWN_TEST}
_PEBBLE_ONLY = frozenset({"i18n", "block", "parent"})


@checks(*RULES)
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """Every call."""
    table = signatures(context.version)
    known = {"function": table.functions, "filter": table.filters, "test": table.tests}
    for use in context.flow.uses:
        if not use.name or (use.kind == "function" and use.name in _PEBBLE_ONLY):
            continue
        signature = known[use.kind].get(use.name)
        if signature is None:
            yield _unknown(context, use, known[use.kind])
        else:
            yield from _arguments(use, signature)


def _unknown(context: RuleContext, use: Use, known: Mapping[str, Signature]) -> Diagnostic:
    rule, span = _UNKNOWN[use.kind], use.text_span
    elsewhere = next((each for each in all_signatures(SignatureKind(use.kind)) if each.name == use.name), None)
    meant: str | None
    if elsewhere is not None:
        meant = elsewhere.replacement
        message = f"the {use.kind} `{use.name}` is not in Kestra {context.version}"
        if elsewhere.since is not None and context.version < elsewhere.since:
            message += f"; it came with {elsewhere.since}"
        if meant is not None:
            message += f"; use `{meant}`"
    else:
        meant = nearest(use.name, known)
        message = f"there is no {use.kind} `{use.name}`" + (f"; did you mean `{meant}`?" if meant else "")
    mend = replacement if elsewhere is None else safe_replacement
    data = mend(span, meant, f"Write `{meant}`") if meant else {}
    severity = rule.severity if use.site.rendering == "rendered" else Severity.WARNING
    return rule.finding(message, span, severity=severity, data=data)


def _arguments(use: Use, signature: Signature) -> Iterator[Diagnostic]:
    parameters = signature.parameters
    names = [parameter.name for parameter in parameters]
    variadic = any(parameter.variadic for parameter in parameters)
    positional = [argument for argument in use.arguments if argument.name is None]
    given = set(names[: len(positional)])
    for argument in use.arguments:
        if argument.name is None:
            continue
        if argument.name not in names and not variadic:
            span = use.site.text_span(argument.name_span or argument.span)
            meant = nearest(argument.name, names)
            hint = f"; did you mean `{meant}`?" if meant else f"; it takes {listed(names)}" if names else ""
            data = replacement(span, meant, f"Write `{meant}`") if meant else {}
            yield UNKNOWN_ARGUMENT.finding(f"`{use.name}` has no argument `{argument.name}`{hint}", span, data=data)
        given.add(argument.name)
    if variadic:
        return
    if len(positional) > len(names):
        takes = f"takes {len(names)} argument{'s' if len(names) != 1 else ''}" if names else "takes no argument"
        span = use.site.text_span(positional[len(names)].span)
        yield TOO_MANY_ARGUMENTS.finding(f"`{use.name}` {takes}", span)
    unknown = any(argument.name is not None and argument.name not in names for argument in use.arguments)
    missing = [parameter.name for parameter in parameters if parameter.required and parameter.name not in given]
    if missing and not unknown:
        # An argument that is called like its filter says nothing by its name.
        what = "an argument" if missing == [use.name] else listed(missing)
        example = signature.example if missing == [use.name] and signature.example else signature.label
        yield MISSING_ARGUMENT.finding(f"`{use.name}` needs {what}: `{example}`", use.text_span)
