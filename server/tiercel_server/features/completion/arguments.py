"""Texts given to functions and filters: names of secrets, keys, files and flows, zones, patterns and units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tiercel_schemas.expressions import Signatures
from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.source.spans import Span
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.features.completion.items import CompletionItem, fits
from tiercel_server.features.completion.names import namespace_of, offered_names, offered_states
from tiercel_server.features.completion.times import offered_patterns, offered_units
from tiercel_server.features.completion.zones import ZONES
from tiercel_server.features.surroundings import Surroundings

_FILES = frozenset({"read", "fileURI", "fileSize", "fileExists", "isFileEmpty"})
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_CONTENTS = ("application/json", "application/x-www-form-urlencoded", "application/xml", "text/plain", "text/csv")
_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_FIXED = {
    ("http", "method"): _METHODS,
    ("http", "contentType"): _CONTENTS,
    ("http", "accept"): _CONTENTS,
    ("escapeChar", "type"): ("single", "double", "shell"),
    ("number", "type"): ("INT", "FLOAT", "LONG", "DOUBLE", "BIGDECIMAL", "BIGINTEGER"),
    ("isDayWeekInMonth", "dayOfWeek"): _DAYS,
    ("isDayWeekInMonth", "position"): ("FIRST", "SECOND", "THIRD", "FOURTH", "LAST"),
}


@dataclass(frozen=True, slots=True)
class CallSite:
    """A text under the cursor as an argument: of which call, for which parameter, and the other texts given."""

    called: str
    parameter: str
    given: dict[str, str]


def call_site(call: n.Call | n.Filter, literal: n.StringLiteral, known: Signatures) -> CallSite | None:
    """The parameter that a text stands for; None where the call is not known or takes no more."""
    table = known.functions if isinstance(call, n.Call) else known.filters
    signature = table.get(call.name)
    if signature is None:
        return None
    names = [each.name for each in signature.parameters]
    parameter, given = "", {}
    for place, argument in enumerate(call.arguments):
        name = argument.name or (names[place] if place < len(names) else "")
        if argument.value is literal:
            parameter = name
        elif isinstance(argument.value, n.StringLiteral):
            given[name] = argument.value.value
    return CallSite(call.name, parameter, given) if parameter else None


def offered_arguments(
    site: CallSite, typed: str, span: Span, flow: FlowAnalysis | None, around: Surroundings
) -> Iterator[CompletionItem]:
    """What may be given there."""
    namespace = site.given.get("namespace") or namespace_of(flow)
    match site.called, site.parameter:
        case "secret", "key":
            yield from offered_names(around.secrets_of(namespace), typed, span, "secret")
        case "kv", "key":
            yield from offered_names(around.kv_of(namespace), typed, span, "key of the KV store")
        case called, "path" if called in _FILES:
            yield from offered_names(around.files_of(namespace), typed, span, "namespace file")
        case "subflow", "id":
            ids = sorted(
                id_ for space, id_ in around.flows.flows if not site.given.get("namespace") or space == namespace
            )
            yield from offered_names(ids, typed, span, "flow")
        case "tasksWithState", "state":
            yield from offered_states(typed, span)
        case _, "namespace":
            spaces = sorted({space for space, _ in around.flows.flows} | ({namespace_of(flow)} - {""}))
            yield from offered_names(spaces, typed, span, "namespace")
        case _, "timeZone":
            yield from _zones(typed, span)
        case (("date" | "now" | "dateAdd"), ("format" | "existingFormat")):
            yield from offered_patterns(typed, span)
        case "dateAdd", "unit":
            yield from offered_units(typed, span)
        case place:
            yield from offered_names(_FIXED.get(place, ()), typed, span, "")


def _zones(typed: str, span: Span) -> Iterator[CompletionItem]:
    for zone in ZONES:
        if fits(typed, zone) and typed.lower() in zone.lower():
            begins = zone.lower().startswith(typed.lower())
            yield CompletionItem(zone, "value", zone, span, detail="time zone", rank=4 if begins else 5)
