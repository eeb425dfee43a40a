"""Flows of a case loaded as `tiercel run` would: what Kestra refuses is refused."""

from dataclasses import dataclass, field

from tiercel_schemas.diagnostics import Severity
from tiercel_schemas.model import Flow, FlowError, read_flow
from tiercel_schemas.source.values import TooManyValuesError, plain_value
from tiercel_schemas.versions import KestraVersion
from tiercel_server.rules import all_rules, diagnose
from tiercel_server.workspace.snapshot import DocumentSnapshot


@dataclass
class Loaded:
    """Flows by namespace and id, and what was refused by file name."""

    flows: dict[tuple[str, str], Flow] = field(default_factory=dict)
    errors: dict[str, dict[str, str]] = field(default_factory=dict)

    def find(self, namespace: str, flow_id: str) -> Flow | None:
        """A flow by name."""
        return self.flows.get((namespace, flow_id))

    def main(self, flow_id: str) -> Flow | None:
        """The flow that a case starts."""
        return next((flow for (_, name), flow in self.flows.items() if name == flow_id), None)


def load(texts: dict[str, str], version: KestraVersion) -> Loaded:
    """Load each file's flows; a file with a fault is left out as a whole."""
    loaded = Loaded()
    for name, text in texts.items():
        snapshot = DocumentSnapshot(name, text, kestra_version=version)
        faults = _faults(snapshot)
        if faults:
            loaded.errors[name] = {"class": "FlowError", "message": "\n".join(faults)}
            continue
        for analysis in snapshot.flows:
            try:
                flow = read_flow(plain_value(analysis.root), version)
            except (FlowError, TooManyValuesError) as error:
                loaded.errors[name] = {"class": type(error).__name__, "message": str(error)}
                continue
            loaded.flows[flow.namespace, flow.id] = flow
    return loaded


def _faults(snapshot: DocumentSnapshot) -> list[str]:
    rules = all_rules()
    return [
        f"{finding.code}: {finding.message}"
        for finding in diagnose(snapshot)
        if finding.severity is Severity.ERROR
        and not ((rule := rules.get(finding.code)) is not None and rule.at_run_time)
    ]
