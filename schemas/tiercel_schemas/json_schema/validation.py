"""Checks a flow's tree, each object against the schema of its own `type`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tiercel_schemas.catalog import Catalog, ObjectType, PluginType
from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.json_schema import words
from tiercel_schemas.json_schema.findings import Findings
from tiercel_schemas.json_schema.labels import check_label_map
from tiercel_schemas.json_schema.outlines import outline_of
from tiercel_schemas.json_schema.plugin_defaults import PluginDefaults
from tiercel_schemas.json_schema.property_faults import Owner, PropertyFaults
from tiercel_schemas.json_schema.reading import Nested, Reading, effective_pairs, is_empty, read_object
from tiercel_schemas.json_schema.shallow import object_validator
from tiercel_schemas.json_schema.type_faults import KINDS, Choice, TypeFaults
from tiercel_schemas.source.nodes import AliasNode, MappingNode, Node, Pair, ScalarNode, SequenceNode, follow
from tiercel_schemas.source.spans import Span
from tiercel_schemas.versions import KestraVersion

if TYPE_CHECKING:
    from jsonschema import ValidationError

_INPUT = "io.kestra.core.models.flows.input."
_RETRY = "io.kestra.core.models.tasks.retrys."
# What an input may have as its default depends on its type and constraints: a rule of its own.
_LEFT_TO_RULES = {_INPUT: frozenset({"defaults", "prefill"})}
_NO_PROPERTIES: frozenset[str] = frozenset()
_NOTHING: Mapping[str, Collection[str]] = MappingProxyType({})


def validate_flow(
    root: Node | None, version: KestraVersion, catalog: Catalog, supplied: Mapping[str, Collection[str]] = _NOTHING
) -> list[Diagnostic]:
    """Findings on the structure of a flow, in the order of the text; an empty document has none.

    `supplied` are properties that somebody else gives a value, by type or beginning of types.

    `CODES` lists the codes. Those that begin with `literal-` are about values that stand in a templated
    property, which Kestra itself checks only in a run.
    """
    node = follow(root)
    if node is None or is_empty(node):
        return []
    findings = Findings()
    if not isinstance(node, MappingNode):
        findings.add("wrong-kind", "a flow is a map with `id`, `namespace` and `tasks`", node.span)
    else:
        _FlowValidation(version, catalog, findings, PluginDefaults(node, catalog, supplied)).check_flow(node)
    return findings.sorted()


class _FlowValidation:
    def __init__(self, version: KestraVersion, catalog: Catalog, findings: Findings, defaults: PluginDefaults) -> None:
        self._catalog = catalog
        self._findings = findings
        self._defaults = defaults
        self._types = TypeFaults(catalog, findings)
        self._properties = PropertyFaults(version, findings)
        self._below: list[tuple[Nested, bool]] = []
        self._seen: set[tuple[int, ObjectType]] = set()

    def check_flow(self, root: MappingNode) -> None:
        self._check(root, Owner(self._catalog.flow(), "a flow", ("flow",)))
        self._check_below()
        for entry in self._defaults.entries:
            plugin = self._catalog.plugin(entry.type)
            if plugin is not None:
                self._check(entry.values, self._plugin_owner(plugin, supplied=plugin.required))
            else:
                self._types.unknown_beginning(entry.named)
        self._check_below()

    def _check_below(self) -> None:
        while self._below:
            nested, certain = self._below.pop()
            self._check_nested(nested, certain=certain)

    def _check(self, node: MappingNode, owner: Owner) -> None:
        # An anchored object may stand in many places: it is checked once, so aliases can't multiply the work.
        if (id(node), owner.fact) in self._seen:
            return
        self._seen.add((id(node), owner.fact))
        reading = read_object(node, owner.fact, dynamic=owner.dynamic)
        errors = list(object_validator(owner.fact).iter_errors(reading.instance))
        keywords = {error.validator for error in errors if not error.absolute_path}
        meant = self._note_unknown(owner, reading) if "additionalProperties" in keywords else _NO_PROPERTIES
        if "required" in keywords and not _is_another_thing(owner, reading, keywords):
            self._note_missing(node, owner, reading, meant)
        empty = {tuple(error.absolute_path) for error in errors if error.validator == "minLength"}
        for error in errors:
            # An empty text fits no pattern either: one finding will do.
            if error.absolute_path and not (error.validator == "pattern" and tuple(error.absolute_path) in empty):
                self._note_wrong(owner, reading, error)
        self._note_asides(owner, reading)
        # Objects below wait their turn: the depth of a flow is no depth of calls.
        self._below.extend((nested, owner.severity(nested.name) == Severity.ERROR) for nested in reading.nested)

    def _note_unknown(self, owner: Owner, reading: Reading) -> Collection[str]:
        """Notes unknown properties; returns those that were probably meant."""
        known = {"type"} if isinstance(owner.fact, PluginType) else set()
        unknown = [
            (name, pair) for name, pair in reading.pairs.items() if name not in known and owner.fact.find(name) is None
        ]
        return [meant for name, pair in unknown if (meant := self._properties.unknown(owner, name, pair))]

    def _note_missing(self, node: MappingNode, owner: Owner, reading: Reading, meant: Collection[str]) -> None:
        given = {*reading.instance, *reading.deferred, *owner.supplied, *meant}
        for name in owner.fact.required:
            if given.isdisjoint({name, *owner.fact.properties[name].aliases}):
                self._properties.missing(owner, name, node, reading.empty.get(name))

    def _note_wrong(self, owner: Owner, reading: Reading, error: ValidationError) -> None:
        path = tuple(error.absolute_path)
        prop = owner.fact.find(str(path[0]))
        place = reading.places.get(path)
        left = (names for prefix, names in _LEFT_TO_RULES.items() if owner.fact.name.startswith(prefix))
        if prop is not None and place is not None and prop.name not in next(left, ()):
            pair = reading.pairs[str(path[0])] if len(path) == 1 else None
            self._properties.wrong(owner, prop, _value_span(place, pair), error)

    def _note_asides(self, owner: Owner, reading: Reading) -> None:
        for name, pair in reading.pairs.items():
            prop = owner.fact.find(name)
            if prop is None:
                continue
            if prop.deprecated or (name != prop.name and owner.fact.properties.get(name) is None):
                self._properties.deprecated(owner, prop, name, pair)
            if not (owner.dynamic or prop.dynamic):
                check_label_map(prop, pair.value, self._catalog, self._findings)

    def _check_nested(self, nested: Nested, *, certain: bool) -> None:
        prop = nested.prop
        if prop.base is not None:
            self._check_typed(nested.node, prop.base, dynamic=nested.dynamic)
            return
        alternatives = prop.alternatives or (prop,)
        if prop.ref is not None:
            definition = self._catalog.definition(prop.ref)
            if definition is None:
                return
            if not definition.alternatives:
                names = (words.simple_name(definition.name),)
                self._check(
                    nested.node,
                    Owner(definition, nested.words, names, **_standing(nested, certain=certain)),
                )
                return
            alternatives = definition.alternatives
        choices = self._catalog.discriminated(alternatives)
        references = [each for each in alternatives if each.ref is not None or each.base is not None]
        if choices:
            self._check_variant(nested, dict(choices), certain=certain)
        elif len(references) == 1:
            self._check_nested(replace(nested, prop=references[0]), certain=certain)

    def _check_variant(self, nested: Nested, choices: dict[str, ObjectType], *, certain: bool) -> None:
        pair = _pair(nested.node, "type")
        value = follow(pair.value) if pair is not None else None
        written = value.value if isinstance(value, ScalarNode) and not is_empty(value) else None
        chosen = choices.get(written) if written is not None else None
        are_inputs = all(each.name.startswith(_INPUT) for each in choices.values())
        what = "an input" if are_inputs else nested.words
        if chosen is None:
            if written is not None or all("type" in each.required for each in choices.values()):
                choice = Choice(what, tuple(sorted(choices)), nested.dynamic, certain)
                self._types.variant(choice, nested.node, pair, written)
            return
        is_retry = chosen.name.startswith(_RETRY)
        names = [words.simple_name(chosen.name)]
        if are_inputs:
            names.append("input")
        elif is_retry:
            names.append("retry")
        name = f"{what} of type `{written}`"
        if are_inputs or is_retry:
            article = "an" if str(written)[0] in "AEIOaeio" else "a"
            name = f"{article} {written} {'input' if are_inputs else 'retry'}"
        self._check(nested.node, Owner(chosen, name, tuple(names), **_standing(nested, certain=certain)))

    def _check_typed(self, node: MappingNode, base: str, *, dynamic: bool) -> None:
        pair = _pair(node, "type")
        value = follow(pair.value) if pair is not None else None
        kind = KINDS.get(base, "")
        untyped = Owner(self._catalog.base(base), f"a {kind or 'part'}", (kind,), dynamic=dynamic)
        if pair is None or is_empty(value):
            self._types.missing(node, pair, base)
            self._check(node, untyped)
        elif not isinstance(value, ScalarNode):
            self._findings.add("wrong-kind", "`type` takes the name of a type", pair.key.span)
        elif (plugin := self._catalog.plugin(value.value)) is None:
            self._types.unknown(value, base)
            self._check(node, replace(untyped, fact=outline_of(self._catalog, value.value, base)))
        elif self._types.fits(plugin, value, base):
            self._types.note_age(plugin, value)
            supplied = self._defaults.supplied(value.value)
            self._check(node, self._plugin_owner(plugin, supplied=supplied, dynamic=dynamic))

    def _plugin_owner(self, plugin: PluginType, *, supplied: Collection[str], dynamic: bool = False) -> Owner:
        simple = words.simple_name(plugin.name)
        certain = None
        if not plugin.exact and plugin.base is not None:
            certain = frozenset(self._catalog.base(plugin.base).properties)
        names = (simple, plugin.kind)
        # A trigger may be called as other things are: `Flow`.
        called = f"the trigger `{simple}`" if plugin.kind == "trigger" else f"`{simple}`"
        return Owner(plugin, called, names, frozenset(supplied), certain, dynamic=dynamic)


def _value_span(place: Node, pair: Pair | None) -> Span:
    """A value; with its key where it is a list or map that begins on a line of its own, its alias where it is one."""
    if pair is not None and isinstance(pair.value, AliasNode):
        return pair.value.span
    is_block = isinstance(place, MappingNode | SequenceNode) and not place.flow_style
    return Span(pair.key.span.start, place.span.end) if is_block and pair is not None else place.span


def _standing(nested: Nested, *, certain: bool) -> dict[str, Any]:
    return {"certain": None if certain else _NO_PROPERTIES, "dynamic": nested.dynamic}


def _is_another_thing(owner: Owner, reading: Reading, keywords: Collection[Any]) -> bool:
    """Whether the one property of an object is not its own: what it lacks then goes without saying."""
    if isinstance(owner.fact, PluginType) or owner.fact.name == "flow" or "additionalProperties" not in keywords:
        return False
    return len(reading.pairs) == 1


def _pair(node: MappingNode, name: str) -> Pair | None:
    # The last one counts: own properties come after merged ones.
    return next((pair for pair in reversed(list(effective_pairs(node))) if pair.name == name), None)
