"""The parameters of the call around a cursor, and which of them is being written."""

from __future__ import annotations

from dataclasses import dataclass

from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.expressions import nodes_at, parse_template, signatures
from tiercel_server.features.cursor import locate
from tiercel_server.features.documentation import parameter_text, signature_doc
from tiercel_server.workspace import DocumentSnapshot


@dataclass(frozen=True, slots=True)
class SignatureHelp:
    """A call as it is written, its parameters in order, and the index of the one at the cursor."""

    label: str
    parameters: tuple[str, ...]
    active: int
    markdown: str


def signature_help(snapshot: DocumentSnapshot, offset: int) -> SignatureHelp | None:
    """Help for the innermost call whose brackets hold the cursor; None outside of calls of what is known."""
    flow = snapshot.flow_at(offset)
    cursor = locate(snapshot.source, offset)
    if flow is None or cursor.template is None:
        return None
    before = cursor.template.text[: cursor.template.index]
    # What follows the cursor plays no part; a probe stands for what will be written.
    template = parse_template(f"{before}x", flow.version)
    known = signatures(flow.version)
    end = len(template.text)
    for node in reversed(nodes_at(template, end)):
        if not isinstance(node, n.Call | n.Filter) or node.name_span.end == end:
            continue
        table = known.functions if isinstance(node, n.Call) else known.filters
        signature = table.get(node.name)
        if signature is None:
            return None
        parameters = tuple(parameter_text(each) for each in signature.parameters)
        names = [each.name for each in signature.parameters]
        last = node.arguments[-1] if node.arguments else None
        active = max(0, len(node.arguments) - 1)
        if last is not None and last.name in names:
            active = names.index(last.name)
        if signature.parameters and signature.parameters[-1].variadic:
            active = min(active, len(names) - 1)
        return SignatureHelp(f"{signature.name}({', '.join(parameters)})", parameters, active, signature_doc(signature))
    return None
