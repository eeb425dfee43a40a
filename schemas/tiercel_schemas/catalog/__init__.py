"""The facts about every type that a flow may name, by version.

    from tiercel_schemas.catalog import load_catalog
    catalog = load_catalog(KestraVersion.V2_0)           # cheap; files are read when asked for

    log = catalog.plugin("io.kestra.plugin.core.log.Log")   # PluginType or None; aliases are followed
    log.kind                                             # "task"
    log.properties["level"].enum                         # own and inherited ones: Mapping[str, Property]
    log.find("level"), log.required, log.open        # required: names; open: more may stand in it
    log.outputs, log.metrics, log.runnable, log.flowable, log.is_a("RunnableTask")

    name in catalog                                      # whether the version accepts a type of this name
    catalog.names("task"), catalog.names()               # for completion; kinds as in PluginType
    catalog.names_of(property.base)                      # what may stand where a property has a `base`
    catalog.kind(name), catalog.is_deprecated(name)      # without reading the type's file
    catalog.canonical(name), catalog.aliases             # names that are still accepted for others
    catalog.replacement("…flow.ForEach")                 # "…flow.Loop", or None
    catalog.advice("…flow.ForEach")                      # half a sentence on what to do, or None
    catalog.exists_in(name, version), catalog.other_versions_of(name)

    catalog.flow()                                       # ObjectType: the flow document's own properties
    catalog.definition(property.ref)                     # ObjectType of a nested object, or None
    catalog.base(property.base)                          # what all types of a base class have
    catalog.variants("Input")                            # {"STRING": ObjectType, …}; SLA, AbstractRetry …
    catalog.discriminated(property.alternatives)         # the same for what `type` tells apart

    describe("io.kestra.plugin.core.log.Log", "level")   # a line of documentation, or None; see `describe`

    load_catalog(version, open_overlay(path, version))   # with what was imported from a server: `overlay_file`

A `Property` has `kind` or `ref` or `base` or `alternatives` or `const`, or is `anything`; see its own words.
"""

from tiercel_schemas.catalog.catalog import Catalog, load_catalog
from tiercel_schemas.catalog.descriptions import describe
from tiercel_schemas.catalog.facts import Kind, Metric, ObjectType, PluginType, Property
from tiercel_schemas.catalog.replacements import PropertyReplacement, property_replacement, value_replacement

__all__ = [
    "Catalog",
    "Kind",
    "Metric",
    "ObjectType",
    "PluginType",
    "Property",
    "PropertyReplacement",
    "describe",
    "load_catalog",
    "property_replacement",
    "value_replacement",
]
