"""What can be wrong with the properties of an object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tiercel_schemas.catalog import (
    ObjectType,
    PluginType,
    Property,
    load_catalog,
    property_replacement,
    value_replacement,
)
from tiercel_schemas.diagnostics import Severity
from tiercel_schemas.json_schema import words
from tiercel_schemas.json_schema.findings import LITERAL, Findings, owner_span
from tiercel_schemas.json_schema.type_faults import version_hint
from tiercel_schemas.source.nodes import MappingNode, Pair
from tiercel_schemas.source.spans import Span
from tiercel_schemas.versions import KestraVersion

if TYPE_CHECKING:
    from jsonschema import ValidationError

_FORMAT_CODES = {"partial-time": "invalid-time", "instant": "invalid-date-time", "uuid": "invalid-pattern"}
_LITERAL_CODES = {"invalid-date": "invalid-date-time", "invalid-timezone": "invalid-pattern"}
"""What only imported schemas ask of templated properties, and what it is told as."""

_SCALARS = ("boolean", "integer", "number")
_RANGES = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})


@dataclass(frozen=True, slots=True)
class Owner:
    """An object as messages speak of it.

    `words`: what it is called. `names`: where to look for what took the place of its old properties.
    `supplied`: properties that something else gives a value. `certain`: those whose facts are certain, None
    for all. `dynamic`: it stands in a templated property.
    """

    fact: ObjectType
    words: str
    names: tuple[str, ...] = ()
    supplied: frozenset[str] = frozenset()
    certain: frozenset[str] | None = None
    dynamic: bool = False

    def severity(self, name: str) -> Severity:
        """How bad a fault of a property is: what is uncertain may be right in another release of a plugin."""
        return Severity.ERROR if self.certain is None or name in self.certain else Severity.WARNING


class PropertyFaults:
    """Notes what is wrong with properties."""

    def __init__(self, version: KestraVersion, findings: Findings) -> None:
        self._version = version
        self._findings = findings

    def unknown(self, owner: Owner, name: str, pair: Pair) -> str | None:
        """A property that the object does not have; returns the one that was probably meant."""
        code = f"{LITERAL}unknown-property" if owner.dynamic else "unknown-property"
        severity = owner.severity(name)
        now = property_replacement(owner.names, name)
        use = now.use if now is not None and now.use in owner.fact.properties else None
        # Who misspells a name does not ask for the version that had it so.
        elsewhere = [] if use is not None and words.is_slip(name, [use]) else list(self._elsewhere(owner.fact, name))
        data: dict[str, Any] = {"property": name, "owner": owner.fact.name}
        if elsewhere:
            data["versions"] = [str(each) for each in elsewhere]
        message = f"`{name}` is no property of {owner.words}"
        if elsewhere or use:
            message += f" in Kestra {self._version}"
        if use is not None:
            data["replacement"] = use
            message += f"; it is called `{use}`"
        elif now is not None and now.advice is not None:
            message += f": {now.advice}"
        elif not elsewhere:
            visible = [each.name for each in owner.fact.properties.values() if not each.hidden]
            data["suggestions"] = words.suggestions(name, visible)
            message += words.did_you_mean(data["suggestions"])
            if words.is_slip(name, visible):
                severity = Severity.ERROR
        self._findings.add(code, message + version_hint(elsewhere), pair.key.span, severity, data)
        meant: str | None = data.get("replacement") or next(iter(data.get("suggestions", ())), None)
        return meant

    def _elsewhere(self, fact: ObjectType, name: str) -> Iterator[KestraVersion]:
        for version in KestraVersion:
            if version == self._version:
                continue
            catalog = load_catalog(version)
            other: ObjectType | None
            if isinstance(fact, PluginType):
                other = catalog.plugin(fact.name)
            else:
                other = catalog.flow() if fact.name == "flow" else catalog.definition(fact.name)
            if other is not None and other.find(name) is not None:
                yield version

    def missing(self, owner: Owner, name: str, node: MappingNode, empty: Pair | None) -> None:
        """A property that must be given and is not, or has no value."""
        code = f"{LITERAL}missing-property" if owner.dynamic else "missing-property"
        data = {"property": name, "owner": owner.fact.name}
        # Objects inside others are not always validated, nor are facts about them certain.
        severity = Severity.ERROR if isinstance(owner.fact, PluginType) else owner.severity(name)
        if empty is not None:
            message = f"`{name}` is empty, and {owner.words} needs it"
            self._findings.add(code, message, empty.key.span, severity, data)
        else:
            self._findings.add(code, f"{owner.words} needs `{name}`", owner_span(node), severity, data)

    def deprecated(self, owner: Owner, prop: Property, name: str, pair: Pair) -> None:
        """A property that should no longer be written, or not by this name."""
        now = property_replacement(owner.names, name)
        then = ""
        data: dict[str, Any] = {"property": name, "owner": owner.fact.name}
        if name != prop.name:
            then = f"; use `{prop.name}`"
            data["replacement"] = prop.name
        elif now is not None and now.use in owner.fact.properties:
            then = f"; use `{now.use}`"
            data["replacement"] = now.use
        elif now is not None and now.advice is not None:
            then = f": {now.advice}"
        message = f"`{name}` of {owner.words} is deprecated{then}"
        self._findings.add("deprecated-property", message, pair.key.span, Severity.HINT, data, deprecated=True)

    def wrong(self, owner: Owner, prop: Property, span: Span, error: ValidationError) -> None:
        """A value that the property does not take."""
        path = tuple(error.absolute_path)
        steps = [str(step) for step in path if not isinstance(step, int)]
        name = steps[-1] if steps else prop.name
        code, message = _explain(name, prop, error)
        if isinstance(path[-1], int) and code == "wrong-kind":
            message = f"each of {message}"
        # Kestra checks the length of a text or list even where it may be templated.
        if (owner.dynamic or prop.dynamic) and code != "invalid-length":
            code = LITERAL + _LITERAL_CODES.get(code, code)
        data: dict[str, Any] = {"property": prop.name, "owner": owner.fact.name}
        if error.validator == "enum":
            allowed = [str(value) for value in _bound(error)]
            data |= {"values": allowed, "suggestions": words.suggestions(str(error.instance), allowed)}
            if (now := value_replacement(str(error.instance))) in allowed:
                data["replacement"] = now
        self._findings.add(code, message, span, _severity(owner, prop, code, error), data)


def _severity(owner: Owner, prop: Property, code: str, error: ValidationError) -> Severity:
    value, bound = error.instance, _bound(error)
    bound = bound if isinstance(bound, str) or error.validator != "type" else bound[0]
    if code == f"{LITERAL}wrong-kind" and (bound == "string" or isinstance(value, str)) and bound not in _SCALARS:
        # A structure is rendered as its JSON text, and a text may be read as a structure, in ways of the task's own.
        return Severity.WARNING
    if code == f"{LITERAL}invalid-enum" and str(value).upper() in map(str, bound):
        # Tasks that read the word themselves may not mind its case.
        return Severity.WARNING
    if code == f"{LITERAL}invalid-duration" and str(value).isdigit():
        # A bare number is a duration where nothing is rendered; no record tells of the rest.
        return Severity.WARNING
    if error.validator == "type" and bound in _SCALARS:
        return Severity.ERROR
    if error.validator == "enum" and words.is_slip(str(value), [str(each) for each in bound]):
        return Severity.ERROR
    # Words and shapes may have been added since; formats and bounds hardly change.
    may_change = error.validator in {"enum", "const", "type"}
    return owner.severity(prop.name) if may_change else Severity.ERROR


def _bound(error: ValidationError) -> Any:
    return error.validator_value


def _explain(name: str, prop: Property, error: ValidationError) -> tuple[str, str]:
    keyword, bound, value = str(error.validator), _bound(error), error.instance
    if keyword == "type":
        # A templated list or map may be given as text: JSON, or an expression.
        if prop.dynamic and bound == "string":
            return "wrong-kind", words.text_of_structure(name, value)
        kinds = [bound] if isinstance(bound, str) else list(bound)
        if prop.dynamic and {"array", "object"}.issuperset(kinds):
            kinds.append("string")
            if isinstance(value, str):
                return "wrong-kind", words.text_for_structure(name, value, kinds[:-1])
        return "wrong-kind", words.wrong_kind(name, value, kinds)
    if keyword in {"enum", "const"}:
        return "invalid-enum", words.wrong_value(name, value, bound if keyword == "enum" else [bound])
    if keyword == "format":
        return _FORMAT_CODES.get(bound, f"invalid-{bound}"), words.wrong_format(name, value, bound)
    if keyword == "pattern":
        return "invalid-pattern", words.wrong_pattern(f"`{name}`", value, prop.pattern or bound)
    code = "out-of-range" if keyword in _RANGES else "invalid-length"
    return code, words.out_of_bounds(name, keyword, bound)
