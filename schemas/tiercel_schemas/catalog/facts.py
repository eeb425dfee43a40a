"""What is known about a type: its properties, outputs and abilities, as plain records.

`read_property` and `PropertyReader` turn the short keys of the packaged data into these records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tiercel_schemas.versions import KestraVersion

Kind = Literal["string", "integer", "number", "boolean", "array", "object"]
RawProperty = Mapping[str, Any]

_SINCE = {"2": KestraVersion.V2_0}
_UNTIL = {"1": KestraVersion.V1_3}


@dataclass(frozen=True, slots=True)
class Property:
    """A property of an object, an output of a task, an item of a list or a value of a map.

    Exactly one of these says what the value is; where all are empty anything goes:
    `kind` (a JSON kind, refined by `enum`, `format`, `pattern` and the bounds), `const`, `ref` (give it to
    `Catalog.definition`), `base` (an object whose `type` is one of `Catalog.names_of(base)`), `alternatives`.

    `format` is one of duration, date-time, date, partial-time, time, uri, uuid, timezone. `pattern` must
    match the whole text. `dynamic`: a text with an expression may stand in place of the value.
    `accepts_uri`: takes the URI of a stored file. `language` is that of the text inside, as `SQL`. `group`
    is the heading under which Kestra shows it. `since` and `until` are the first and last version that has
    it, where not every version does.
    """

    name: str
    kind: Kind | None = None
    const: Any = None
    ref: str | None = None
    base: str | None = None
    alternatives: tuple[Property, ...] = ()
    items: Property | None = None
    values: Property | None = None
    enum: tuple[Any, ...] = ()
    format: str | None = None
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: float | None = None
    exclusive_maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_items: int | None = None
    max_items: int | None = None
    dynamic: bool = False
    required: bool = False
    default: Any = None
    deprecated: bool = False
    beta: bool = False
    secret: bool = False
    accepts_uri: bool = False
    language: str | None = None
    group: str | None = None
    aliases: tuple[str, ...] = ()
    since: KestraVersion | None = None
    until: KestraVersion | None = None
    hidden: bool = False
    about: str | None = None

    @property
    def anything(self) -> bool:
        """Whether nothing is known about the value."""
        return not (self.kind or self.const is not None or self.ref or self.base or self.alternatives)


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric that a task reports: its name, `counter` or `timer`, and its unit."""

    name: str
    type: str | None = None
    unit: str | None = None


@dataclass(frozen=True, eq=False)
class ObjectType:
    """An object with known properties. `open`: more than these may stand in it.

    `alternatives`: the object is one of these (each with a `ref`), told apart by their `type`.
    """

    name: str
    properties: Mapping[str, Property]
    open: bool = False
    alternatives: tuple[Property, ...] = ()

    def find(self, name: str) -> Property | None:
        """The property written so, by its name or one of its other names."""
        found = self.properties.get(name)
        if found is None:
            found = next((each for each in self.properties.values() if name in each.aliases), None)
        return found

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the properties that must be given."""
        return tuple(name for name, each in self.properties.items() if each.required)


@dataclass(frozen=True, eq=False)
class PluginType(ObjectType):
    """A type that `type:` may name. `properties` holds the inherited ones too.

    `kind`: task, trigger, condition, taskRunner, logExporter, chart, dataFilter, dataFilterKPI, app,
    appBlock, asset, assetExporter, storage, fileRenderer, additional (what else a plugin lets choose, such
    as AI providers). `artifact` is the plugin that brings it. `examples` is how many examples its authors
    give. `exact`: the facts are Kestra's own; otherwise they were read from the plugin's sources, and the
    release in use may differ. `about` is a line about it, where an imported schema has one.
    """

    kind: str = "task"
    artifact: str = ""
    base: str | None = None
    classes: frozenset[str] = frozenset()
    outputs: Mapping[str, Property] = field(default_factory=dict)
    metrics: tuple[Metric, ...] = ()
    aliases: tuple[str, ...] = ()
    deprecated: bool = False
    beta: bool = False
    internal: bool = False
    enterprise: bool = False
    examples: int = 0
    exact: bool = True
    since: KestraVersion | None = None
    until: KestraVersion | None = None
    about: str | None = None

    def is_a(self, name: str) -> bool:
        """Whether the type has a class or ability, by its full or simple name (`FlowableTask`)."""
        wanted = self.classes | {self.base} if self.base is not None else self.classes
        return name in wanted or any(each.rsplit(".", 1)[-1] == name for each in wanted)

    @property
    def runnable(self) -> bool:
        """A task that a worker runs."""
        return self.is_a("RunnableTask")

    @property
    def flowable(self) -> bool:
        """A task that holds other tasks and only decides on their order."""
        return self.is_a("FlowableTask")

    @property
    def polling(self) -> bool:
        """A trigger that looks for something again and again."""
        return self.is_a("PollingTriggerInterface")

    @property
    def realtime(self) -> bool:
        """A trigger that listens all the time and starts an execution for each message."""
        return self.is_a("RealtimeTriggerInterface")


@dataclass(frozen=True, slots=True)
class PropertyReader:
    """Reads the raw properties of one shard.

    `shared`: raw properties that others name by number. `qualify`: makes a reference that
    `Catalog.definition` takes out of a definition's name.
    """

    shared: tuple[RawProperty, ...]
    qualify: Callable[[str], str]

    def read_all(self, raw: Mapping[str, RawProperty | int], version: KestraVersion) -> dict[str, Property]:
        """The properties that the version has."""
        read = (self.read(name, each) for name, each in raw.items())
        return {
            each.name: each
            for each in read
            if (each.since is None or each.since <= version) and (each.until is None or version <= each.until)
        }

    def read(self, name: str, raw: RawProperty | int) -> Property:
        """One property."""
        if isinstance(raw, int):
            raw = self.shared[raw]
        items, values, ref = raw.get("items"), raw.get("values"), raw.get("ref")
        return Property(
            name=name,
            kind=raw.get("t"),
            const=raw.get("const"),
            ref=self.qualify(ref) if ref is not None else None,
            base=raw.get("base"),
            alternatives=tuple(self.read(name, each) for each in raw.get("any", ())),
            items=self.read(name, items) if items is not None else None,
            values=self.read(name, values) if values is not None else None,
            enum=tuple(raw.get("enum", ())),
            format=raw.get("fmt"),
            pattern=raw.get("pat"),
            minimum=raw.get("min"),
            maximum=raw.get("max"),
            exclusive_minimum=raw.get("xmin"),
            exclusive_maximum=raw.get("xmax"),
            min_length=raw.get("minLen"),
            max_length=raw.get("maxLen"),
            min_items=raw.get("minItems"),
            max_items=raw.get("maxItems"),
            dynamic=raw.get("dyn", False),
            required=raw.get("req", False),
            default=raw.get("def"),
            deprecated=raw.get("dep", False),
            beta=raw.get("beta", False),
            secret=raw.get("secret", False),
            accepts_uri=raw.get("uri", False),
            language=raw.get("lang"),
            group=raw.get("group"),
            aliases=tuple(raw.get("alias", ())),
            since=_SINCE.get(raw.get("since", "")),
            until=_UNTIL.get(raw.get("until", "")),
            hidden=raw.get("hid", False),
            about=raw.get("about"),
        )
