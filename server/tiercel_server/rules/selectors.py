"""The names by which rules are chosen: their codes, their groups, and `run-time`.

`run-time` are the rules for what Kestra's own validation does not look at: it takes such a flow, and the mistake shows
when the flow runs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from tiercel_schemas.diagnostics import Severity
from tiercel_server.rules.model import Rule
from tiercel_server.rules.registry import GROUPS, all_rules

RUN_TIME = "run-time"
SELECTORS = (*GROUPS, RUN_TIME)
"""Names of more than one rule."""


def selectors_of(rule: Rule) -> tuple[str, ...]:
    """The names that choose a rule, the closest first."""
    is_late = rule.at_run_time and rule.profile is None
    return (rule.code, RUN_TIME, rule.group) if is_late else (rule.code, rule.group)


def codes_of(names: Iterable[str]) -> frozenset[str]:
    """The codes that names choose; a name that is none of a group stands for itself."""
    found: set[str] = set()
    for name in names:
        found |= {code for code, rule in all_rules().items() if name in selectors_of(rule)} or {name}
    return frozenset(found)


def is_chosen(rule: Rule, names: Collection[str]) -> bool:
    """Whether a rule is among those that names choose."""
    return any(name in names for name in selectors_of(rule))


def severity_for(rule: Rule, severities: Mapping[str, Severity | None]) -> tuple[bool, Severity | None]:
    """Whether a project sets a severity for a rule, and which (None for off); the closest name wins."""
    name = next((each for each in selectors_of(rule) if each in severities), None)
    return (True, severities[name]) if name is not None else (False, None)
