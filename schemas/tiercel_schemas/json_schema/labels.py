"""Labels written as a map: each entry is a label, with a label's rules."""

from __future__ import annotations

import re

from tiercel_schemas.catalog import Catalog, Property
from tiercel_schemas.json_schema.findings import Findings
from tiercel_schemas.json_schema.shallow import whole_pattern
from tiercel_schemas.json_schema.words import wrong_pattern
from tiercel_schemas.source.nodes import MappingNode, Node, ScalarNode, follow
from tiercel_schemas.source.values import scalar_text

_LABEL = "io.kestra.core.models.Label"


def check_label_map(prop: Property, node: Node | None, catalog: Catalog, findings: Findings) -> None:
    """Checks the entries where `prop` takes labels and the flow writes a map."""
    node = follow(node)
    if not isinstance(node, MappingNode) or not _takes_labels(prop):
        return
    label = catalog.definition(_LABEL)
    pattern = label.properties["key"].pattern if label is not None else None
    fits = re.compile(whole_pattern(pattern or ""))
    for pair in node.pairs:
        value = follow(pair.value)
        if pair.name is None or pair.name == "<<":
            continue
        if pattern is not None and fits.match(pair.name) is None:
            findings.add("invalid-pattern", wrong_pattern("the key of a label", pair.name, pattern), pair.key.span)
        if isinstance(value, ScalarNode) or value is None:
            if value is None or not scalar_text(value):
                findings.add("missing-property", f"the label `{pair.name}` has no value", pair.key.span)
        else:
            findings.add("wrong-kind", f"the label `{pair.name}` takes text, not a list or map", pair.key.span)


def _takes_labels(prop: Property) -> bool:
    items = (each.items for each in prop.alternatives if each.kind == "array")
    return any(each is not None and each.ref is not None and each.ref.endswith(f"#{_LABEL}") for each in items)
