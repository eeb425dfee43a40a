"""A text at one moment, with all that is read off it: the thing that rules and features look at."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tiercel_schemas.catalog import Catalog, load_catalog
from tiercel_schemas.source.nodes import MappingNode, follow
from tiercel_schemas.source.parser import SourceFile, parse_source
from tiercel_schemas.source.text import SourceText
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.flow import FlowAnalysis
from tiercel_server.analysis.names import Occurrence, flow_occurrences, is_suite, project_occurrences, suite_occurrences
from tiercel_server.workspace.flow_detection import is_flow, reads_like_flow
from tiercel_server.workspace.settings import PROJECT_FILE, ProjectSettings

if TYPE_CHECKING:
    from tiercel_server.analysis.unit_tests import SuiteDocument


class DocumentSnapshot:
    """A document that never changes; an edit makes another one. What is derived is made once, when asked for.

    `name` is the document's URI or path, as whoever opened it calls it; `version` counts its edits. An explicit
    `kestra_version` wins over the project's. `catalog` is that of the version, with what the project imported
    (`catalogs.Catalogs` finds it), by default the packaged one. `project` is the folder whose flows belong together.
    """

    def __init__(
        self,
        name: str,
        text: str,
        *,
        version: int = 0,
        settings: ProjectSettings | None = None,
        kestra_version: KestraVersion | None = None,
        catalog: Catalog | None = None,
        project: str = "",
    ) -> None:
        self.name = name
        self.project = project
        self.version = version
        self.settings = settings if settings is not None else ProjectSettings()
        self.kestra_version = kestra_version or self.settings.effective_version
        self.catalog = catalog if catalog is not None else load_catalog(self.kestra_version)
        self._text = text

    @cached_property
    def source(self) -> SourceFile:
        """The text as trees, with what is wrong in it as YAML."""
        return parse_source(self._text)

    @property
    def text(self) -> SourceText:
        """The text with its lines."""
        return self.source.text

    @cached_property
    def flows(self) -> tuple[FlowAnalysis, ...]:
        """The documents of the text that are flows."""
        found = []
        for document in self.source.documents:
            root = follow(document.root)
            if isinstance(root, MappingNode) and is_flow(root):
                found.append(FlowAnalysis(document, root, self.source, self.kestra_version, self.catalog))
        return tuple(found)

    @cached_property
    def is_flow(self) -> bool:
        """Whether the text holds a flow, be it one that YAML can't read at all."""
        return bool(self.flows) or (bool(self.source.problems) and reads_like_flow(self._text))

    @cached_property
    def is_project_file(self) -> bool:
        """Whether it is a `tiercel.yaml`."""
        return self.name.rpartition("/")[2].rpartition("\\")[2] == PROJECT_FILE

    @cached_property
    def occurrences(self) -> tuple[Occurrence, ...]:
        """Every name in the document with what it names, in the order of the text."""
        if self.is_project_file:
            return project_occurrences(self.source)
        return tuple(each for flow in self.flows for each in flow_occurrences(flow)) + self.suite_names

    @cached_property
    def suites(self) -> tuple[SuiteDocument, ...]:
        """The documents of the text that are suites of unit tests."""
        if "testCases" not in self._text:
            return ()
        # The model of suites takes a while to load, and most documents are flows.
        from tiercel_server.analysis.unit_tests import suites_in

        return suites_in(self.source)

    @cached_property
    def suite_names(self) -> tuple[Occurrence, ...]:
        """The names in the suites of unit tests that the document holds."""
        suites = (each.root for each in self.source.documents if is_suite(each.root))
        return tuple(each for root in suites for each in suite_occurrences(root, self.source, self.kestra_version))

    def flow_at(self, offset: int) -> FlowAnalysis | None:
        """The flow that holds an offset; the last one before it when it lies between two."""
        document = self.source.document_at(offset)
        return next((flow for flow in self.flows if flow.document is document), None)


class ExcludedDocument(DocumentSnapshot):
    """A document that the project's settings leave out: nothing in it is taken for a flow."""

    @cached_property
    def flows(self) -> tuple[FlowAnalysis, ...]:
        """None."""
        return ()

    @cached_property
    def is_flow(self) -> bool:
        """Never."""
        return False

    @cached_property
    def suites(self) -> tuple[SuiteDocument, ...]:
        """None."""
        return ()

    @cached_property
    def suite_names(self) -> tuple[Occurrence, ...]:
        """None."""
        return ()
