"""What a hover tells in a project file."""

from __future__ import annotations

from tiercel_schemas.source.locate import path_at
from tiercel_schemas.source.nodes import ScalarNode
from tiercel_server.features.cursor import locate
from tiercel_server.features.hover import Hover
from tiercel_server.features.hover_names import namespace_doc
from tiercel_server.features.project_file.schema import NO_RULES, Rules, about, default_of, kind_of, schemas_at
from tiercel_server.features.surroundings import NOTHING_AROUND, Surroundings
from tiercel_server.workspace import DocumentSnapshot


def hover_project(
    snapshot: DocumentSnapshot, offset: int, around: Surroundings = NOTHING_AROUND, rules: Rules = NO_RULES
) -> Hover | None:
    """What there is to tell about a setting, the code of a rule or a namespace."""
    document = snapshot.source.document_at(offset)
    place = path_at(document.root, offset) if document is not None else None
    if place is None or not isinstance(place.node, ScalarNode) or locate(snapshot.source, offset).role == "comment":
        return None
    path, text = place.path, place.node.value
    if text in rules and path[:2] in {("rules", "severity"), ("rules", "ignore")}:
        rule = rules[text]
        return Hover(place.node.span, f"**{text}** · {rule.severity}\n\n{rule.summary}\n\n{rule.why}")
    if place.role == "key" and path[:1] == ("namespaces",) and len(path) == 2:
        return Hover(place.node.span, namespace_doc(text, around))
    setting = path[:-1] if path and isinstance(path[-1], int) else path
    schemas = schemas_at(setting)
    said = about(setting) or next((str(each["description"]) for each in schemas if each.get("description")), "")
    if not schemas and not said:
        return None
    kinds = " or ".join(dict.fromkeys(kind_of(each) for each in schemas))
    parts = [f"**{setting[-1]}** · {kinds}" if kinds else f"**{setting[-1]}**", " ".join(said.split())]
    values = [f"`{value}`" for each in schemas for value in each.get("enum", ())]
    if values:
        parts.append(f"One of {', '.join(values)}.")
    default = default_of(setting)
    if default is not None and default != "":
        parts.append(f"Default: `{str(default).lower() if isinstance(default, bool) else default}`.")
    return Hover(place.node.span, "\n\n".join(part for part in parts if part))
