"""Where rules register themselves; their modules are imported the first time that anyone asks."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache

from tiercel_server.rules.model import FileCheck, FlowCheck, RegisteredCheck, Rule, SuiteCheck

GROUPS = ("structure", "references", "expressions", "logic", "versions", "practice", "security", "unit-tests")
_CHECKS: list[RegisteredCheck] = []


def checks(*rules: Rule) -> Callable[[FlowCheck], FlowCheck]:
    """Registers a function that looks at one flow and gives findings of these rules."""

    def register(check: FlowCheck) -> FlowCheck:
        _CHECKS.append(RegisteredCheck(rules, flow_check=check))
        return check

    return register


def checks_file(*rules: Rule) -> Callable[[FileCheck], FileCheck]:
    """Registers a function that looks at a whole file and gives findings of these rules."""

    def register(check: FileCheck) -> FileCheck:
        _CHECKS.append(RegisteredCheck(rules, file_check=check))
        return check

    return register


def checks_suite(*rules: Rule) -> Callable[[SuiteCheck], SuiteCheck]:
    """Registers a function that looks at one suite of unit tests and gives findings of these rules."""

    def register(check: SuiteCheck) -> SuiteCheck:
        _CHECKS.append(RegisteredCheck(rules, suite_check=check))
        return check

    return register


@cache
def all_checks() -> tuple[RegisteredCheck, ...]:
    """Every check, in a fixed order."""
    for group in GROUPS:
        package = importlib.import_module(f"tiercel_server.rules.{group.replace('-', '_')}")
        for module in sorted(found.name for found in pkgutil.iter_modules(package.__path__)):
            importlib.import_module(f"{package.__name__}.{module}")
    from tiercel_server.rules.structure.suppressions import NAMELESS_SUPPRESSION, UNUSED_SUPPRESSION

    # Found while comments are applied, so there is nothing for them to run.
    return (*_CHECKS, RegisteredCheck((UNUSED_SUPPRESSION, NAMELESS_SUPPRESSION)))


@cache
def all_rules() -> Mapping[str, Rule]:
    """Every rule by its code, in the order of the codes."""
    rules = {rule.code: rule for check in all_checks() for rule in check.rules}
    return dict(sorted(rules.items()))
