"""What may stand at a path of a flow: the property there, and the object that it is, by the types above it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from tiercel_schemas.catalog import Catalog, ObjectType, PluginType, Property, load_catalog
from tiercel_schemas.source.locate import node_at
from tiercel_schemas.source.nodes import MappingNode, Node, Path, PathStep, SequenceNode
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.mappings import find_text

TASK = "io.kestra.core.models.tasks.Task"
TRIGGER = "io.kestra.core.models.triggers.AbstractTrigger"
_OWNERS = {
    "Output": "output",
    "Label": "label",
    "Check": "check",
    "Concurrency": "concurrency",
    "Constant": "retry",
    "Exponential": "retry",
    "Random": "retry",
    "WorkerSelector": "workerSelector",
    "Cache": "taskCache",
    "NamespaceFiles": "namespaceFiles",
}
_PLUGIN_DEFAULT = "io.kestra.core.models.flows.PluginDefault"
_SAMPLE = 6


@dataclass(frozen=True, slots=True)
class Slot:
    """What may stand at a path.

    `prop` is the property (or item, or value of a map) whose value stands there, None at the root and where nothing is
    known. `facts` is what is known of it as an object. `owner` names the object for `catalog.describe`. `choices` are
    the values that its `type` may have, empty where it has none; `base` is the class that these extend.
    """

    prop: Property | None = None
    facts: ObjectType | None = None
    owner: str = ""
    choices: tuple[str, ...] = ()
    base: str = ""

    @property
    def items(self) -> Property | None:
        """What the items of a list here are, None where no list may stand here."""
        candidates: tuple[Property, ...] = (self.prop, *self.prop.alternatives) if self.prop is not None else ()
        return next((each.items for each in candidates if each.items is not None), None)

    @property
    def wants_list(self) -> bool:
        """Whether a list is meant here rather than an object."""
        return self.items is not None and self.facts is None


def slot_at(root: Node | None, path: Path, catalog: Catalog) -> Slot:
    """What may stand at `path` below the root of a flow."""
    slot = Slot(facts=catalog.flow(), owner="flow")
    for length, step in enumerate(path, start=1):
        parent, node = node_at(root, path[: length - 1]), node_at(root, path[:length])
        if slot.owner == _PLUGIN_DEFAULT and step == "values":
            slot = _defaults_slot(find_text(parent, "type") or "", catalog)
        else:
            slot = _below(slot, step, node, catalog)
    return slot


def gives_inputs(path: Path) -> bool:
    """Whether the object at a path holds what a trigger gives to the flow, by input."""
    return len(path) == 3 and path[0] == "triggers" and path[2] == "inputs"


def _defaults_slot(type_name: str, catalog: Catalog) -> Slot:
    """The values of a plugin default: properties of the type that it names (1.3)."""
    return Slot(facts=_any_plugin(type_name, catalog), owner=type_name)


def _below(slot: Slot, step: PathStep, node: Node | None, catalog: Catalog) -> Slot:
    prop: Property | None
    if isinstance(step, int):
        prop = slot.items
    elif slot.facts is not None:
        prop = slot.facts.find(step)
    else:
        prop = slot.prop.values if slot.prop is not None else None
    return slot_of(prop, node, catalog) if prop is not None else Slot()


def slot_of(prop: Property, node: Node | None, catalog: Catalog) -> Slot:
    """The slot of a property whose value is `node`."""
    type_name = find_text(node, "type") or ""
    if prop.base is not None:
        return _typed_slot(prop, prop.base, type_name, catalog)
    if prop.ref is not None:
        return _referred_slot(prop, type_name, catalog)
    if prop.alternatives:
        return _alternative_slot(prop, node, type_name, catalog)
    return Slot(prop)


def _typed_slot(prop: Property, base: str, type_name: str, catalog: Catalog) -> Slot:
    choices = catalog.names_of(base)
    facts: ObjectType | None = _any_plugin(type_name, catalog) if type_name else None
    if facts is None:
        facts = _shared_facts(base, catalog.version)
    return Slot(prop, facts, type_name, choices, base)


def _any_plugin(name: str, catalog: Catalog) -> PluginType | None:
    return catalog.plugin(name) or next(
        (found for version in KestraVersion if (found := load_catalog(version).plugin(name)) is not None), None
    )


def _referred_slot(prop: Property, type_name: str, catalog: Catalog) -> Slot:
    assert prop.ref is not None
    facts = catalog.definition(prop.ref)
    if facts is not None and facts.alternatives and not facts.properties:
        variants = catalog.discriminated(facts.alternatives)
        return _variant_slot(prop, variants, type_name)
    owner = _owner(prop.ref)
    return Slot(prop, facts, owner, catalog.names() if owner == _PLUGIN_DEFAULT else (), base=_any_base(owner))


def _any_base(owner: str) -> str:
    return "io.kestra.core.models.Plugin" if owner == _PLUGIN_DEFAULT else ""


def _alternative_slot(prop: Property, node: Node | None, type_name: str, catalog: Catalog) -> Slot:
    objects = tuple(each for each in prop.alternatives if each.ref is not None)
    if objects and len(objects) == len(prop.alternatives):
        variants = catalog.discriminated(objects)
        if variants:
            return _variant_slot(prop, variants, type_name)
    if isinstance(node, SequenceNode):
        return Slot(prop)
    chosen = [slot_of(each, node, catalog) for each in prop.alternatives]
    if not isinstance(node, MappingNode) and any(each.items is not None for each in prop.alternatives):
        return Slot(prop)
    with_facts = next((each for each in chosen if each.facts is not None), None)
    if with_facts is not None:
        return Slot(prop, with_facts.facts, with_facts.owner, with_facts.choices, with_facts.base)
    values = next((each.values for each in prop.alternatives if each.values is not None), None)
    mapped = next((each for each in prop.alternatives if each.values is not None), None)
    return Slot(mapped if mapped is not None and values is not None and isinstance(node, MappingNode) else prop)


def _variant_slot(prop: Property, variants: Mapping[str, ObjectType], type_name: str) -> Slot:
    facts = variants.get(type_name)
    sample = next(iter(variants.values()))
    owner = _owner(sample.name)
    if facts is None:
        facts = ObjectType("", MappingProxyType(_shared(variants.values())))
    return Slot(prop, facts, owner, tuple(variants))


def _owner(ref: str) -> str:
    _, _, name = ref.rpartition("#")
    simple = name.rpartition(".")[2]
    if ".flows.input." in name or simple.endswith("Input"):
        return "input"
    if ".flows.sla." in name:
        return "sla"
    return _OWNERS.get(simple, name)


@cache
def _shared_facts(base: str, version: KestraVersion) -> ObjectType | None:
    """What all types that extend a class have in common, read off some of them."""
    catalog = load_catalog(version)
    names = catalog.names_of(base)
    core = [name for name in names if name.startswith("io.kestra.plugin.core.") and not catalog.is_deprecated(name)]
    # A spread over the sorted names meets types of different packages.
    chosen = (core or list(names))[:: max(1, len(core or names) // _SAMPLE)]
    plugins = [found for name in chosen if (found := catalog.plugin(name)) is not None]
    return ObjectType("", MappingProxyType(_shared(plugins))) if plugins else None


def _shared(types: Iterable[ObjectType]) -> dict[str, Property]:
    first, *others = types
    return {name: prop for name, prop in first.properties.items() if all(name in each.properties for each in others)}
