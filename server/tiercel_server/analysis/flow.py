"""One flow of a text: its tree, and all that is read off it when asked for."""

from __future__ import annotations

from functools import cached_property

from tiercel_schemas.catalog import Catalog, load_catalog
from tiercel_schemas.source.nodes import MappingNode, Path
from tiercel_schemas.source.parser import SourceDocument, SourceFile
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.flow_shapes import FlowShapes
from tiercel_server.analysis.mappings import effective_pairs, find_value
from tiercel_server.analysis.outline import FlowOutline
from tiercel_server.analysis.references import Reference, TemplateFacts, Use, read_facts
from tiercel_server.analysis.scopes import Scope
from tiercel_server.analysis.templates import TemplateSite, holds_template
from tiercel_server.analysis.typed_values import TypedValue, TypedWalk

_SET_VARIABLES = "io.kestra.plugin.core.execution.SetVariables"


class FlowAnalysis:
    """A flow under analysis. Never changes; what is derived is made when first asked for, and kept.

    `catalog` holds the facts of the version, and perhaps what was imported into the project.
    """

    def __init__(
        self,
        document: SourceDocument,
        root: MappingNode,
        source: SourceFile,
        version: KestraVersion,
        catalog: Catalog | None = None,
    ) -> None:
        self.document = document
        self.root = root
        self.source = source
        self.version = version
        self.catalog = catalog if catalog is not None else load_catalog(version)
        self._scopes: dict[Path, Scope] = {}

    @cached_property
    def outline(self) -> FlowOutline:
        """The flow's symbols."""
        return FlowOutline(self.root, self.catalog)

    @cached_property
    def values(self) -> tuple[TypedValue, ...]:
        """Every scalar with its property, in the order of the text."""
        return tuple(TypedWalk(self.root, self.outline, self.catalog).values())

    @cached_property
    def templates(self) -> tuple[TemplateSite, ...]:
        """Every scalar (or key) that holds the beginning of an expression."""
        text = self.source.text
        return tuple(
            TemplateSite(value, text, self.version) for value in self.values if holds_template(value.node.value)
        )

    @cached_property
    def facts(self) -> tuple[TemplateFacts, ...]:
        """What the templates name and call, for those that Kestra evaluates or may evaluate."""
        return tuple(read_facts(site) for site in self.templates if site.rendering != "literal")

    @property
    def references(self) -> tuple[Reference, ...]:
        """What the expressions name."""
        return self._references

    @cached_property
    def _references(self) -> tuple[Reference, ...]:
        return tuple(reference for facts in self.facts for reference in facts.references)

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """The filters, functions and tests that the expressions call."""
        return tuple(use for facts in self.facts for use in facts.uses)

    @cached_property
    def has_plugin_defaults(self) -> bool:
        """Whether the flow brings defaults for types (1.3)."""
        return find_value(self.root, "pluginDefaults") is not None or find_value(self.root, "taskDefaults") is not None

    @cached_property
    def variables_set_by_tasks(self) -> tuple[frozenset[str], bool]:
        """Names of variables that tasks set, and whether these are all (no name is an expression)."""
        names: set[str] = set()
        exact = True
        for task in self.outline.tasks:
            if task.type == _SET_VARIABLES:
                variables = find_value(task.node, "variables")
                if isinstance(variables, MappingNode):
                    names |= {pair.name for pair in effective_pairs(variables) if pair.name is not None}
                else:
                    exact = False
        return frozenset(names), exact and not any("{" in name for name in names)

    @cached_property
    def shapes(self) -> FlowShapes:
        """What the flow's own roots are like."""
        return FlowShapes(self)

    def scope_at(self, path: Path) -> Scope:
        """What an expression at a path may name."""
        if path not in self._scopes:
            self._scopes[path] = Scope(self, path)
        return self._scopes[path]
