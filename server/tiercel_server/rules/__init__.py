"""What is wrong with a flow.

    diagnose(snapshot) -> list[Diagnostic]            sorted; suppression comments and settings applied
    all_rules() -> Mapping[code, Rule]                 for `explain` and the rules' pages

A rule is a value (`model.Rule`), a check a function that gives findings of one or more rules; each stands in a module
of its group's folder and registers itself:

    UNKNOWN_INPUT = Rule("unknown-input", "references", …)

    @checks(UNKNOWN_INPUT)
    def check(context: RuleContext) -> Iterator[Diagnostic]: …
"""

from tiercel_server.analysis.workspace_flows import KnownFlow, KnownInput, WorkspaceFlows
from tiercel_server.rules.engine import diagnose, is_on
from tiercel_server.rules.model import Rule, RuleContext
from tiercel_server.rules.registry import all_rules

__all__ = ["KnownFlow", "KnownInput", "Rule", "RuleContext", "WorkspaceFlows", "all_rules", "diagnose", "is_on"]
